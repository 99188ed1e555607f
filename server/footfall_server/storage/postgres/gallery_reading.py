"""Who may be meant by the faces of a batch: one statement, as batch_reading has it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import asyncpg

from footfall_server.domain.batch import GalleryAnswers, GalleryQuestions, KnownFace, TailOfTenant
from footfall_server.domain.gallery_view import Exemplar, KnownIdentity, apart_pairs
from footfall_server.domain.person import CustomerKind, IdentityState, Provenance
from footfall_server.storage.postgres.batch_reading import SIGHTING, to_sighting
from footfall_server.storage.postgres.embeddings import from_bytes

if TYPE_CHECKING:
    from uuid import UUID


# Of people who are near, everything is read: all their exemplars, whoever was merged into them, and whom
# they cannot be. Of the others only whose face it was. `near` has roots.
GALLERY = f"""
with face as materialized (
  select faces.face_id, faces.provenance, owner.root_id
  from gallery_faces faces join customers owner on owner.customer_id = faces.customer_id
  where faces.face_id = any($1::uuid[])
), near as materialized (
  select root_id from face where face_id = any($2::uuid[])
  union
  select root_id from customers where customer_id = any($3::uuid[])
), root as materialized (
  select root_id from face union select root_id from near
), member as materialized (
  select customers.customer_id, customers.root_id from near join customers using (root_id)
), waits as materialized (
  select there.track_id, there.camera_id, there.customer_id, there.first_seen_at, there.last_seen_at
  from near join customers on customers.customer_id = near.root_id and customers.state = 'waiting'
  join sightings there on there.customer_id = near.root_id
)
select
  (select array_agg(r) from (select face_id, root_id, provenance from face) r) as faces,
  (select array_agg(r) from (
     select customers.customer_id, customers.state, customers.kind,
            array(select site_people.site_id from site_people
                  join customers merged on merged.customer_id = site_people.customer_id
                  where merged.root_id = root.root_id and site_people.site_id = any($4::uuid[])) as site_ids
     from root join customers on customers.customer_id = root.root_id) r) as identities,
  (select array_agg(r) from (
     select member.root_id, faces.face_id, faces.customer_id, faces.provenance, faces.quality_score,
            faces.embedding, faces.track_id, faces.created_at
     from member join gallery_faces faces on faces.customer_id = member.customer_id
     where faces.model_id = $5::text) r) as exemplars,
  (select array_agg(r) from (
     select {SIGHTING} from sightings where track_id = any(array(select track_id from waits))) r) as waiting,
  (select array_agg(r) from (
     select low.root_id as one, high.root_id as other
     from member low join distinct_pairs pair on pair.low_id = low.customer_id
     join member high on high.customer_id = pair.high_id
     union
     select waits.customer_id, there.customer_id
     from waits join sightings there
       on there.customer_id is not null and there.camera_id = waits.camera_id
      and there.last_seen_at >= waits.first_seen_at and there.first_seen_at <= waits.last_seen_at
      and there.track_id <> waits.track_id and there.customer_id <> waits.customer_id) r) as apart,
  (select last_number from customer_counters) as tenant_size,
  (select array_agg(r) from (
     select site_id, people from site_people_counts where site_id = any($4::uuid[])) r) as site_sizes,
  (select not exists (select from tenant_models)
          or exists (select from tenant_models where model_id = $5::text)) as takes_model,
  (select model_id from tenant_models where in_use) as model_in_use,
  (select r from (
     select target_rate, cosines, false_match_rates from calibrations where model_id = $5::text) r) as tail
"""  # noqa: S608 - made of constants; whatever comes from outside is a parameter


def gallery_arguments(questions: GalleryQuestions) -> Sequence[Any]:
    """The parameters of GALLERY."""
    return (
        list(questions.face_ids),
        list(questions.near_ids),
        list(questions.customer_ids),
        list(questions.site_ids),
        questions.model_id,
    )


def to_gallery(row: asyncpg.Record, questions: GalleryQuestions) -> GalleryAnswers:
    """What GALLERY answered."""
    exemplars: defaultdict[UUID, list[Exemplar]] = defaultdict(list)
    for each in row["exemplars"] or ():
        exemplars[each[0]].append(_to_exemplar(each))
    waiting = [to_sighting(each) for each in row["waiting"] or ()]
    tracks: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for sighting in waiting:
        if sighting.customer_id is not None:
            tracks[sighting.customer_id].add(sighting.track_id)
    identities = [
        KnownIdentity(
            root_id=root_id,
            state=IdentityState(state),
            kind=CustomerKind(kind),
            exemplars=sorted(exemplars[root_id], key=lambda each: each.face_id),
            site_ids=set(site_ids),
            track_ids=tracks[root_id],
            learned=sum(
                not each.is_trusted and each.created_at >= questions.since for each in exemplars[root_id]
            ),
        )
        for root_id, state, kind, site_ids in row["identities"] or ()
    ]
    tail = row["tail"]
    return GalleryAnswers(
        faces={each[0]: KnownFace(each[1], Provenance(each[2])) for each in row["faces"] or ()},
        identities=identities,
        waiting=waiting,
        apart=apart_pairs((each[0], each[1]) for each in row["apart"] or ()),
        tenant_size=row["tenant_size"] or 0,
        site_sizes={each[0]: each[1] for each in row["site_sizes"] or ()},
        takes_model=row["takes_model"],
        model_in_use=row["model_in_use"],
        tail=None if tail is None else TailOfTenant(tail[0], tuple(tail[1]), tuple(tail[2])),
    )


def _to_exemplar(row: Sequence[Any]) -> Exemplar:
    _, face_id, owner_id, provenance, quality_score, embedding, track_id, created_at = row
    return Exemplar(
        face_id=face_id,
        owner_id=owner_id,
        provenance=Provenance(provenance),
        quality_score=quality_score,
        embedding=from_bytes(embedding),
        track_id=track_id,
        created_at=created_at,
    )
