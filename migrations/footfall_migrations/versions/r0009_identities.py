"""Identities: people who wait to be recognised again, people who were merged, and who works here.

A sighting belongs to two: `owner_id` is whose face it was matched with, `customer_id` is who that is after
merges. Merging and undoing it change the second and never the first.
"""

import sqlalchemy as sa
from alembic import op

from footfall_migrations.rls import enable_tenant_rls, without_rls

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute(
        """
        alter table customers
          add column state text not null default 'confirmed',
          add column kind text not null default 'visitor',
          add column root_id uuid,
          add column merged_into uuid,
          add column confirmed_at timestamptz,
          add column updated_at timestamptz,
          add column request_id uuid,
          alter column number drop not null
        """
    )
    without_rls(
        "customers",
        "update customers set root_id = customer_id, confirmed_at = created_at, updated_at = created_at",
    )
    op.execute(
        """
        alter table customers
          alter column root_id set not null,
          alter column updated_at set not null,
          add constraint customers_state_check check (state in ('waiting', 'confirmed')),
          add constraint customers_kind_check check (kind in ('visitor', 'staff')),
          add constraint customers_number_check check ((state = 'confirmed') = (number is not null)),
          add constraint customers_request_id_key unique (tenant_id, request_id)
        """
    )
    op.create_index("customers_by_root", "customers", ["tenant_id", "root_id"])
    op.create_index(
        "customers_waiting",
        "customers",
        ["tenant_id", "created_at"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.add_column("sightings", sa.Column("owner_id", sa.UUID()))
    without_rls("sightings", "update sightings set owner_id = customer_id")
    op.create_index(
        "sightings_by_customer",
        "sightings",
        ["tenant_id", "customer_id", "first_seen_at"],
        postgresql_where=sa.text("customer_id is not null"),
    )
    # Who was seen where, and how many are known at a site: thresholds follow the size of the gallery.
    op.create_table(
        "site_people",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "site_id", "customer_id", name="site_people_pkey"),
    )
    op.create_index("site_people_by_customer", "site_people", ["tenant_id", "customer_id"])
    op.create_table(
        "site_people_counts",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "site_id", name="site_people_counts_pkey"),
    )
    without_rls(
        "visits",
        "insert into site_people (tenant_id, site_id, customer_id) "
        "select distinct tenant_id, site_id, customer_id from visits",
    )
    op.execute(
        "insert into site_people_counts (tenant_id, site_id, people) "
        "select tenant_id, site_id, count(*) from site_people group by tenant_id, site_id"
    )
    enable_tenant_rls("site_people")
    enable_tenant_rls("site_people_counts")


def downgrade() -> None:
    op.drop_table("site_people_counts")
    op.drop_table("site_people")
    op.drop_index("sightings_by_customer", "sightings")
    op.drop_column("sightings", "owner_id")
    op.drop_index("customers_waiting", "customers")
    op.drop_index("customers_by_root", "customers")
    # People who only waited had no place in the older schema.
    without_rls("customers", "delete from customers where number is null")
    op.execute(
        """
        alter table customers
          alter column number set not null,
          drop column request_id, drop column updated_at, drop column confirmed_at,
          drop column merged_into, drop column root_id, drop column kind, drop column state
        """
    )
