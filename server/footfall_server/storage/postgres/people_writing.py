"""What a batch does to people and their faces, in one statement, as batch_writing has it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from footfall_server.domain.batch import IdentityChanges
from footfall_server.storage.postgres.side_by_side import WithBytes, side_by_side
from footfall_server.storage.postgres.tables import gallery_faces

FACE = (
    "face_id customer_id model_id embedding quality_score event_id created_at exemplar_id provenance track_id"
)
_FIXED = 16
[_FACES] = side_by_side(_FIXED + 1, (gallery_faces, FACE))

# Somebody who is made here is not seen by the update that gives numbers to those who waited, since parts of
# a statement do not see each other's rows. A face goes from the outbox before it goes from the gallery: the
# order in which the index writer takes both.
WRITE_PEOPLE = f"""
with numbered as (
  insert into customer_counters as known (tenant_id, last_number)
  select $1::uuid, cardinality($7::uuid[]) where cardinality($7::uuid[]) > 0
  on conflict (tenant_id) do update set last_number = known.last_number + excluded.last_number
  returning last_number - cardinality($7::uuid[]) as before
), ranked as (
  select given.customer_id, numbered.before + given.position as number
  from numbered, unnest($7::uuid[]) with ordinality as given (customer_id, position)
), made as (
  insert into customers (tenant_id, customer_id, number, created_at, state, root_id, merged_into,
                         confirmed_at, updated_at)
  select $1::uuid, given.customer_id, ranked.number, $2::timestamptz, given.state, given.root_id,
         given.merged_into, case when given.state = 'confirmed' then $2::timestamptz end, $2::timestamptz
  from unnest($3::uuid[], $4::text[], $5::uuid[], $6::uuid[])
       as given (customer_id, state, root_id, merged_into)
  left join ranked using (customer_id)
), promoted as (
  update customers
  set state = 'confirmed', number = ranked.number, confirmed_at = $2::timestamptz,
      updated_at = $2::timestamptz
  from ranked where customers.customer_id = ranked.customer_id
), resolved as (
  update customers
  set root_id = given.root_id,
      merged_into = case when customers.customer_id = given.customer_id then given.root_id
                         else customers.merged_into end
  from unnest($8::uuid[], $9::uuid[]) as given (customer_id, root_id)
  where customers.root_id = given.customer_id
), learnt as (
  {_FACES.insert()}
), queued as (
  insert into index_outbox (tenant_id, face_id, enqueued_at)
  select $1::uuid, given.face_id, given.created_at from {_FACES.given}
), kept as (
  insert into exemplar_crops (tenant_id, exemplar_id, jpeg, created_at)
  select $1::uuid, given.exemplar_id, given.jpeg, $2::timestamptz
  from unnest($10::uuid[], $11::bytea[]) as given (exemplar_id, jpeg)
), unqueued as (
  delete from index_outbox where face_id = any($12::uuid[]) returning 1
), removed as (
  delete from gallery_faces
  where exemplar_id = any(array(select exemplar_id from gallery_faces where face_id = any($12::uuid[])))
    and (select count(*) from unqueued) >= 0
  returning face_id, model_id, exemplar_id
), uncropped as (
  delete from exemplar_crops where exemplar_id = any(array(select exemplar_id from removed))
), unindexed as (
  insert into index_removals (tenant_id, face_id, model_id, enqueued_at)
  select $1::uuid, removed.face_id, removed.model_id, $2::timestamptz from removed
), moved as (
  update gallery_faces set customer_id = given.customer_id
  from unnest($13::uuid[], $14::uuid[]) as given (face_id, customer_id)
  join gallery_faces named on named.face_id = given.face_id
  where gallery_faces.exemplar_id = named.exemplar_id
), placed as (
  insert into site_people (tenant_id, site_id, customer_id)
  select $1::uuid, given.site_id, given.customer_id
  from unnest($15::uuid[], $16::uuid[]) as given (site_id, customer_id)
  on conflict do nothing
  returning site_id
)
insert into site_people_counts as known (tenant_id, site_id, people)
select $1::uuid, placed.site_id, count(*) from placed group by placed.site_id
on conflict (tenant_id, site_id) do update set people = known.people + excluded.people
"""  # noqa: S608 - made of constants; whatever comes from outside is a parameter


def people_arguments(tenant_id: UUID, at: datetime, people: IdentityChanges) -> Sequence[Any]:
    """The parameters of WRITE_PEOPLE."""
    return (
        tenant_id,
        at,
        [each.customer_id for each in people.made],
        [each.state.value for each in people.made],
        [each.root_id for each in people.made],
        [each.merged_into for each in people.made],
        list(people.numbered),
        list(people.resolved.keys()),
        list(people.resolved.values()),
        list(people.crops.keys()),
        list(people.crops.values()),
        list(people.removed_faces),
        list(people.moved_faces.keys()),
        list(people.moved_faces.values()),
        [site_id for site_id, _ in people.seen_at],
        [customer_id for _, customer_id in people.seen_at],
        *_FACES.values([WithBytes(face) for face in people.faces]),
    )
