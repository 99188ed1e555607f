"""What a calibration measured is kept beside what follows from it; entry lines have an index by time.

Of calibrations that were applied before nobody knows what they were measured from: they have no counts.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0036"
down_revision = "0035"

_MEASURED: Mapping[str, TypeEngine[Any]] = {
    "people": sa.Integer(),
    "genuine_counts": sa.ARRAY(sa.BigInteger()),
    "impostor_pairs": sa.BigInteger(),
}


def upgrade() -> None:
    for name, kind in _MEASURED.items():
        op.add_column("calibrations", sa.Column(name, kind))
    op.create_check_constraint(
        op.f("calibrations_measured_is_whole_check"),
        "calibrations",
        f"num_nulls({', '.join(_MEASURED)}) in (0, 3)",
    )
    op.create_index(
        "sightings_by_crossing",
        "sightings",
        ["tenant_id", "site_id", "last_seen_at"],
        postgresql_where=sa.text("crossing is not null"),
    )


def downgrade() -> None:
    op.drop_index("sightings_by_crossing", "sightings")
    op.drop_constraint("calibrations_measured_is_whole_check", "calibrations")
    for name in _MEASURED:
        op.drop_column("calibrations", name)
