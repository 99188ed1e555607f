"""Everything that a batch leaves behind, in one statement.

A part per table, each fed by arrays side by side: `unnest` makes rows of them, so the statement's text and
its plan never depend on how many rows there are, and a part with nothing to do costs next to nothing. The
parts do not see each other's rows; where one needs another's result or has to come after it, it reads what
that one returned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from footfall_server.domain.batch import BatchRecords
from footfall_server.domain.person import GalleryFace
from footfall_server.storage.postgres.changes import CHANGES_CHANNEL
from footfall_server.storage.postgres.tables import gallery_faces, images, recorded_events, sightings, visits

_WIRE_FLOAT = np.dtype("<f4")
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]

_TENANT, _AT, _NEWCOMERS = "$1::uuid", "$2::timestamptz", "$3::uuid[]"
_SPOOLS = "$4::uuid[], $5::uuid[], $6::bigint[]"
_CHANGES = "$7::text[], $8::text[], $9::uuid[], $10::uuid[]"
_TENANT_NAME, _CHANNEL, _TOPICS = "$11::text", "$12::text", "$13::text"
_FIXED = 13


@dataclass(frozen=True, slots=True)
class _Rows:
    """The columns of one table's rows, as parameters of which the first has the number `first`."""

    table: Table
    columns: tuple[str, ...]
    first: int

    @property
    def given(self) -> str:
        kinds = (self.table.c[column].type.compile(_DIALECT) for column in self.columns)
        arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(kinds, self.first))
        return f"unnest({arrays}) as given ({', '.join(self.columns)})"

    def insert(self, *, extra: str = "", value: str = "", conflict: str = "") -> str:
        into = ", ".join(("tenant_id", *self.columns, *([extra] if extra else [])))
        values = ", ".join(
            (_TENANT, *(f"given.{each}" for each in self.columns), *([value] if value else []))
        )
        # Names of tables and columns, nothing from outside.
        return f"insert into {self.table.name} ({into}) select {values} from {self.given} {conflict}"  # noqa: S608

    def replace(self, key: str) -> str:
        """Inserts rows, or overwrites those with the same key."""
        news = ", ".join(f"{each} = excluded.{each}" for each in self.columns if each != key)
        return self.insert(conflict=f"on conflict (tenant_id, {key}) do update set {news}")

    def values(self, rows: Sequence[object]) -> list[list[Any]]:
        return [[getattr(row, column) for row in rows] for column in self.columns]


def _side_by_side(*tables: tuple[Table, str]) -> list[_Rows]:
    found: list[_Rows] = []
    first = _FIXED + 1
    for table, columns in tables:
        found.append(_Rows(table, tuple(columns.split()), first))
        first += len(found[-1].columns)
    return found


_SIGHTING = (
    "track_id site_id camera_id worker_id first_seen_at last_seen_at final outcome customer_id visit_id "
    "score quality_score female_probability image_id model_id owner_id visit_seed"
)
_FACE = (
    "face_id customer_id model_id embedding quality_score event_id created_at exemplar_id provenance track_id"
)
_FACES, _VISITS, _SIGHTINGS, _IMAGES, _OUTCOMES = _side_by_side(
    (gallery_faces, _FACE),
    (visits, "visit_id site_id customer_id first_seen_at last_seen_at rule_version business_day"),
    (sightings, _SIGHTING),
    (images, "image_id site_id track_id object_key content_type size_bytes state captured_at"),
    (recorded_events, "event_id outcome customer_id visit_id score"),
)

# Workers after their spools: the order in which whoever else takes both rows takes them. The revision row
# stays locked until the commit, so revisions become visible in their own order; its clock is read after
# the lock is held. An event that is there already breaks the primary key and with it the transaction.
WRITE = f"""
with spooled as (
  insert into worker_spools as known (tenant_id, worker_id, spool_id, acked_sequence)
  select {_TENANT}, given.worker_id, given.spool_id, given.sequence
  from unnest({_SPOOLS}) as given (worker_id, spool_id, sequence)
  order by given.worker_id, given.spool_id
  on conflict (tenant_id, worker_id, spool_id) do update set acked_sequence = excluded.acked_sequence
  where known.acked_sequence < excluded.acked_sequence
  returning 1
), seen as (
  update workers set last_seen_at = greatest(last_seen_at, {_AT})
  where worker_id = any($4::uuid[]) and (select count(*) from spooled) >= 0
), numbered as (
  insert into customer_counters as known (tenant_id, last_number)
  select {_TENANT}, cardinality({_NEWCOMERS}) where cardinality({_NEWCOMERS}) > 0
  on conflict (tenant_id) do update set last_number = known.last_number + excluded.last_number
  returning last_number - cardinality({_NEWCOMERS}) as before
), made as (
  insert into customers (
    tenant_id, customer_id, number, created_at, root_id, confirmed_at, updated_at)
  select {_TENANT}, given.customer_id, numbered.before + given.position, {_AT},
         given.customer_id, {_AT}, {_AT}
  from numbered, unnest({_NEWCOMERS}) with ordinality as given (customer_id, position)
), learnt as (
  {_FACES.insert()}
), queued as (
  insert into index_outbox (tenant_id, face_id, enqueued_at)
  select {_TENANT}, given.face_id, given.created_at from {_FACES.given}
), visited as (
  {_VISITS.replace("visit_id")}
), sighted as (
  {_SIGHTINGS.replace("track_id")}
), pictured as (
  {
    _IMAGES.insert(
        extra="stored_at",
        value=f"case when given.state = 'stored' then {_AT} end",
        conflict="on conflict (tenant_id, image_id) do nothing",
    )
}
), recorded as (
  {_OUTCOMES.insert(extra="recorded_at", value=_AT)}
), bumped as (
  insert into tenant_revisions as known (tenant_id, revision)
  select {_TENANT}, cardinality($7::text[]) where cardinality($7::text[]) > 0
  on conflict (tenant_id) do update set revision = known.revision + excluded.revision
  returning revision
), told as (
  insert into changes (tenant_id, revision, topic, kind, site_id, resource_id, committed_at)
  select {_TENANT}, bumped.revision - cardinality($7::text[]) + given.position,
         given.topic, given.kind, given.site_id, given.resource_id, clock_timestamp()
  from bumped, unnest({_CHANGES}) with ordinality as given (topic, kind, site_id, resource_id, position)
)
select pg_notify({_CHANNEL}, concat_ws(':', {_TENANT_NAME}, bumped.revision, {_TOPICS})) from bumped
"""  # noqa: S608 - made of constants; whatever comes from outside is a parameter


@dataclass(frozen=True, slots=True)
class _FaceRow:
    """A gallery face with its embedding as bytes."""

    face: GalleryFace

    @property
    def embedding(self) -> bytes:
        return self.face.embedding.astype(_WIRE_FLOAT, copy=False).tobytes()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.face, name)


def write_arguments(tenant_id: Any, records: BatchRecords) -> Sequence[Any]:
    """The parameters of WRITE."""
    spools, changes = records.spools, records.changes
    return (
        tenant_id,
        records.at,
        list(records.newcomers),
        [mark.worker_id for mark in spools],
        [mark.spool_id for mark in spools],
        [mark.sequence for mark in spools],
        [change.topic.value for change in changes],
        [change.kind.value for change in changes],
        [change.site_id for change in changes],
        [change.resource_id for change in changes],
        str(tenant_id),
        CHANGES_CHANNEL,
        ",".join(sorted({change.topic.value for change in changes})),
        *_FACES.values([_FaceRow(face) for face in records.faces]),
        *_VISITS.values(records.visits),
        *_SIGHTINGS.values(records.sightings),
        *_IMAGES.values(records.images),
        *_OUTCOMES.values(records.outcomes),
    )
