"""Exemplars: where each face came from, its aligned crop for a new model, and why events were decided."""

import sqlalchemy as sa
from alembic import op

from footfall_migrations.rls import enable_tenant_rls, without_rls

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute(
        """
        alter table gallery_faces
          add column provenance text not null default 'created',
          add column track_id uuid,
          add column exemplar_id uuid
        """
    )
    without_rls("gallery_faces", "update gallery_faces set exemplar_id = face_id")
    op.execute(
        """
        alter table gallery_faces
          alter column exemplar_id set not null,
          add constraint gallery_faces_provenance_check
            check (provenance in ('created', 'confirmed', 'learned', 'enrolled'))
        """
    )
    op.create_index("gallery_faces_by_exemplar", "gallery_faces", ["tenant_id", "exemplar_id"])
    op.create_table(
        "exemplar_crops",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("exemplar_id", sa.UUID(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "exemplar_id", name="exemplar_crops_pkey"),
    )
    op.execute("alter table exemplar_crops alter column jpeg set storage external")
    enable_tenant_rls("exemplar_crops")
    # A recognised track's face that did not become an exemplar: a split has to found somebody on it.
    op.create_table(
        "track_faces",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("track_id", sa.UUID(), nullable=False),
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("embedding", sa.LargeBinary(), nullable=False),
        sa.Column("quality_score", sa.Double(), nullable=False),
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "track_id", name="track_faces_pkey"),
    )
    op.execute("alter table track_faces alter column embedding set storage external")
    op.create_index("track_faces_by_time", "track_faces", ["tenant_id", "seen_at"])
    enable_tenant_rls("track_faces")
    op.create_table(
        "index_removals",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("face_id", sa.UUID(), nullable=False),
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("enqueued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "face_id", name="index_removals_pkey"),
    )
    enable_tenant_rls("index_removals")
    op.create_table(
        "decisions",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("track_id", sa.UUID(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "event_id", name="decisions_pkey"),
    )
    op.create_index("decisions_by_track", "decisions", ["tenant_id", "track_id"])
    op.create_index("decisions_by_time", "decisions", ["tenant_id", "decided_at"])
    enable_tenant_rls("decisions")


def downgrade() -> None:
    op.drop_table("decisions")
    op.drop_table("index_removals")
    op.drop_table("track_faces")
    op.drop_table("exemplar_crops")
    op.drop_index("gallery_faces_by_exemplar", "gallery_faces")
    op.drop_column("gallery_faces", "exemplar_id")
    op.drop_column("gallery_faces", "track_id")
    op.drop_column("gallery_faces", "provenance")
