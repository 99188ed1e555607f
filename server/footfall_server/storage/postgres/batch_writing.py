"""What a batch leaves behind of events, sightings and visits, in one statement.

A part per table, each fed by arrays side by side: `unnest` makes rows of them, so the statement's text and
its plan never depend on how many rows there are, and a part with nothing to do costs next to nothing. The
parts do not see each other's rows; where one needs another's result or has to come after it, it reads what
that one returned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from footfall_server.domain.batch import BatchRecords
from footfall_server.domain.decision import DecisionRecord
from footfall_server.storage.postgres.changes import CHANGES_CHANNEL
from footfall_server.storage.postgres.side_by_side import WithBytes, side_by_side
from footfall_server.storage.postgres.tables import (
    decisions,
    images,
    recorded_events,
    sightings,
    track_faces,
    visits,
)

_TENANT, _AT = "$1::uuid", "$2::timestamptz"
_SPOOLS = "$3::uuid[], $4::uuid[], $5::bigint[]"
_CHANGES = "$6::text[], $7::text[], $8::uuid[], $9::uuid[]"
_TENANT_NAME, _CHANNEL, _TOPICS = "$10::text", "$11::text", "$12::text"
_FIXED = 12


_SIGHTING = (
    "track_id site_id camera_id worker_id first_seen_at last_seen_at final outcome customer_id visit_id "
    "score quality_score female_probability image_id model_id owner_id visit_seed crossing"
)
_VISITS, _SIGHTINGS, _IMAGES, _OUTCOMES, _TRACK_FACES, _DECISIONS = side_by_side(
    _FIXED + 1,
    (visits, "visit_id site_id customer_id first_seen_at last_seen_at rule_version business_day"),
    (sightings, _SIGHTING),
    (images, "image_id site_id track_id object_key content_type size_bytes state captured_at"),
    (recorded_events, "event_id site_id outcome customer_id visit_id score"),
    (track_faces, "track_id model_id embedding quality_score event_id seen_at"),
    (decisions, "event_id track_id site_id decided_at detail"),
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
  where worker_id = any($3::uuid[]) and (select count(*) from spooled) >= 0
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
), remembered as (
  {_TRACK_FACES.replace("track_id")}
), explained as (
  {_DECISIONS.insert()}
), recorded as (
  {_OUTCOMES.insert(extra="recorded_at", value=_AT)}
), bumped as (
  insert into tenant_revisions as known (tenant_id, revision)
  select {_TENANT}, cardinality($6::text[]) where cardinality($6::text[]) > 0
  on conflict (tenant_id) do update set revision = known.revision + excluded.revision
  returning revision
), told as (
  insert into changes (tenant_id, revision, topic, kind, site_id, resource_id, committed_at)
  select {_TENANT}, bumped.revision - cardinality($6::text[]) + given.position,
         given.topic, given.kind, given.site_id, given.resource_id, clock_timestamp()
  from bumped, unnest({_CHANGES}) with ordinality as given (topic, kind, site_id, resource_id, position)
)
select pg_notify({_CHANNEL}, concat_ws(':', {_TENANT_NAME}, bumped.revision, {_TOPICS})) from bumped
"""  # noqa: S608 - made of constants; whatever comes from outside is a parameter


@dataclass(frozen=True, slots=True)
class _DecisionRow:
    """A decision with its explanation as text."""

    decision: DecisionRecord

    @property
    def detail(self) -> str:
        return self.decision.to_json()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.decision, name)


def write_arguments(tenant_id: Any, records: BatchRecords) -> Sequence[Any]:
    """The parameters of WRITE."""
    spools, changes = records.spools, records.changes
    return (
        tenant_id,
        records.at,
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
        *_VISITS.values(records.visits),
        *_SIGHTINGS.values(records.sightings),
        *_IMAGES.values(records.images),
        *_OUTCOMES.values(records.outcomes),
        *_TRACK_FACES.values([WithBytes(face) for face in records.people.track_faces]),
        *_DECISIONS.values([_DecisionRow(each) for each in records.decisions]),
    )
