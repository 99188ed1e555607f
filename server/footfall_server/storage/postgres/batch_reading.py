"""What a batch has to know of events and visits: before its decisions, and after them.

Plain SQL for the driver: at a batch of one, building and compiling fifteen statements costs more than
answering them. Everything is looked up by an index whose first column is the tenant, which row-level
security adds. Arrays are parameters, so the texts never change and their plans are kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from footfall_server.domain.batch import BatchAnswers, BatchQuestions, VisitReach
from footfall_server.domain.camera_lease import Fence
from footfall_server.domain.camera_settings import CameraSettings, ImagePolicy
from footfall_server.domain.crossing import Crossing
from footfall_server.domain.face_event import FaceOutcome, Recorded
from footfall_server.domain.image import FaceImage, ImageState
from footfall_server.domain.person import GalleryFace, Provenance
from footfall_server.domain.places import Site
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.site_rules import SiteRule, SiteRules
from footfall_server.domain.visit import Visit
from footfall_server.storage.postgres.embeddings import from_bytes
from footfall_server.storage.postgres.sites import to_basis

# The columns are in the order of the fields of what is made of them.
SIGHTING = (
    "track_id, site_id, camera_id, worker_id, first_seen_at, last_seen_at, final, outcome, customer_id, "
    "visit_id, score, quality_score, female_probability, image_id, model_id, owner_id, visit_seed, crossing"
)
_OUTCOME = SIGHTING.split(", ").index("outcome")
_CROSSING = SIGHTING.split(", ").index("crossing")
_IMAGE = "image_id, site_id, track_id, object_key, content_type, size_bytes, state, captured_at"
_STATE = _IMAGE.split(", ").index("state")
_SITE = (
    "sites.site_id, sites.display_name, time_zone, visit_gap, business_day_start, "
    "sites.created_at, sites.updated_at, image_policy, anonymous, "
    "lawful_basis, basis_reference, basis_recorded_at, basis_expires_at"
)
_POLICY, _BASIS = (_SITE.split(", ").index(name) for name in ("image_policy", "lawful_basis"))
_RULE = "site_id, rule_version, effective_at, time_zone, visit_gap, business_day_start"
_RECORDED = "event_id, site_id, outcome, customer_id, visit_id, score"
_FACE = (
    "face_id, customer_id, model_id, embedding, quality_score, event_id, created_at, exemplar_id, "
    "provenance, track_id"
)
_VISIT = "visit_id, site_id, customer_id, first_seen_at, last_seen_at, rule_version, business_day"

# Each answer is an array of rows, so that all of them fit into one row. Of what was before a camera, the
# stretch of the index from the batch's earliest moment is read, and the spans are matched in that; without
# the `offset 0` the planner would join them with all that the tenant ever saw.
LOOK_UP = f"""
with span as materialized (
  select given.camera_id,
         least(given.earliest, known.first_seen_at) as earliest,
         greatest(given.latest, known.last_seen_at) as latest
  from unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::timestamptz[])
       as given (track_id, camera_id, earliest, latest)
  left join sightings known on known.track_id = given.track_id and known.camera_id = given.camera_id
), watched as materialized (
  select camera_id, min(earliest) as earliest, max(latest) as latest from span group by camera_id
), recent as materialized (
  select face_id from gallery_faces where model_id = $7 and indexed_at is null
  union all
  select face_id from gallery_faces where model_id = $7 and indexed_at >= $8
), added as materialized (
  select face_id from recent except select unnest($9::uuid[])
)
select
  (select array_agg(r) from (
     select {_RECORDED}
     from recorded_events where event_id = any($1::uuid[])) r) as recorded,
  (select array_agg(r) from (
     select camera_id, settings ->> 'image_policy', settings -> 'anonymous' is not null, {_SITE}
     from cameras join sites using (tenant_id, site_id) where camera_id = any($3::uuid[])) r) as sites,
  (select array_agg(r) from (
     select {SIGHTING} from sightings where track_id = any($2::uuid[])) r) as sightings,
  (select array_agg(r) from (
     select {_IMAGE}
     from images where image_id = any($6::uuid[] || array(
       select image_id from sightings where track_id = any($2::uuid[]) and image_id is not null))) r
  ) as images,
  (select array_agg(r) from (
     select there.*
     from watched cross join lateral (
       select {SIGHTING} from sightings there
       where there.customer_id is not null and there.camera_id = watched.camera_id
         and there.last_seen_at >= watched.earliest and there.first_seen_at <= watched.latest
       offset 0) there
     where exists (
       select from span
       where span.camera_id = there.camera_id
         and span.earliest <= there.last_seen_at and span.latest >= there.first_seen_at)) r) as present,
  (select array_agg(r) from (
     select {_FACE}
     from gallery_faces where face_id = any(array(select face_id from added))) r) as recents_added,
  (select array_agg(face_id) from (
     select unnest($9::uuid[]) as face_id except select face_id from recent) gone) as recents_gone,
  (select array_agg(r order by rule_version) from (
     select {_RULE}
     from site_rules where site_id = any(array(
       select site_id from cameras where camera_id = any($3::uuid[])))) r) as site_rules,
  (select array_agg(r) from (
     select given.camera_id, given.token, own.worker_id, passed.granted_at, own.clock_offset
     from unnest($10::uuid[], $11::bigint[]) as given (camera_id, token)
     left join lateral (
       select worker_id, clock_offset from camera_leases
       where camera_id = given.camera_id and token = given.token limit 1) own on true
     left join lateral (
       select granted_at from camera_leases
       where camera_id = given.camera_id and token > given.token
       order by token limit 1) passed on true) r) as fences,
  (select array_agg(digest) from erasure_tombstones where digest = any($12::bytea[])) as erased,
  (select array_agg(digest) from opt_out_tracks where digest = any($12::bytea[])) as left_out,
  (select array_agg(opt_out_id) from opt_out_templates where model_id = $7) as opt_outs
"""  # noqa: S608 - made of constants; whatever comes from outside is a parameter

# A lateral scan takes one entry of the index for a customer's first visit, however often they came.
NEAR = f"""
select near.*
from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
     as reach (site_id, customer_id, earliest, latest)
cross join lateral (
  (select {_VISIT} from visits
   where visits.customer_id = reach.customer_id
   order by first_seen_at, visit_id limit 1)
  union all
  (select {_VISIT} from visits
   where visits.customer_id = reach.customer_id and visits.site_id = reach.site_id
     and visits.last_seen_at >= reach.earliest and visits.first_seen_at <= reach.latest)
) near
"""  # noqa: S608 - as above


def look_up_arguments(questions: BatchQuestions) -> Sequence[Any]:
    """The parameters of LOOK_UP."""
    spans = questions.spans
    return (
        list(questions.event_ids),
        [span.track_id for span in spans],
        [span.camera_id for span in spans],
        [span.earliest for span in spans],
        [span.latest for span in spans],
        list(questions.image_ids),
        questions.model_id,
        questions.indexed_after,
        list(questions.known_recents),
        [camera_id for camera_id, _ in questions.leases],
        [token for _, token in questions.leases],
        list(questions.tombstones),
    )


def to_answers(row: asyncpg.Record) -> BatchAnswers:
    """What LOOK_UP answered. Rows inside arrays come without names, in the order of their columns."""
    found = row["sites"] or ()
    sites = {camera_id: _to_site(values) for camera_id, _, _, *values in found}
    return BatchAnswers(
        recorded={each[0]: _to_recorded(each) for each in row["recorded"] or ()},
        sites=sites,
        sightings={each[0]: to_sighting(each) for each in row["sightings"] or ()},
        images={each[0]: _to_image(each) for each in row["images"] or ()},
        present=[to_sighting(each) for each in row["present"] or ()],
        recents_added=[_to_face(each) for each in row["recents_added"] or ()],
        recents_gone=row["recents_gone"] or (),
        rules=_to_rules(sites.values(), row["site_rules"] or ()),
        cameras={
            camera_id: CameraSettings(image_policy=ImagePolicy(own or ImagePolicy.CROPS), anonymous=anonymous)
            for camera_id, own, anonymous, *_ in found
        },
        fences={(camera_id, token): Fence(*values) for camera_id, token, *values in row["fences"] or ()},
        erased=frozenset(row["erased"] or ()),
        left_out=frozenset(row["left_out"] or ()),
        opt_outs=frozenset(row["opt_outs"] or ()),
    )


def near_arguments(reaches: Sequence[VisitReach]) -> Sequence[Any]:
    """The parameters of NEAR."""
    return (
        [reach.site_id for reach in reaches],
        [reach.customer_id for reach in reaches],
        [reach.earliest for reach in reaches],
        [reach.latest for reach in reaches],
    )


def to_visits(rows: Sequence[asyncpg.Record]) -> Sequence[Visit]:
    """What NEAR answered, each visit once."""
    return list({row["visit_id"]: Visit(*row.values()) for row in rows}.values())


def _to_rules(sites: Iterable[Site], rows: Sequence[Sequence[Any]]) -> Mapping[UUID, SiteRules]:
    """The rules of each site. One that an older release opened has none but its settings."""
    versions: defaultdict[UUID, list[SiteRule]] = defaultdict(list)
    for site_id, *values in rows:
        versions[site_id].append(SiteRule(*values))
    return {
        site.site_id: SiteRules(tuple(versions[site.site_id]))
        if site.site_id in versions
        else SiteRules.first_of(site)
        for site in sites
    }


def _to_site(row: Sequence[Any]) -> Site:
    values: list[Any] = [*row[:_BASIS], to_basis(*row[_BASIS:])]
    values[_POLICY] = ImagePolicy(values[_POLICY])
    return Site(*values)


def _to_recorded(row: Sequence[Any]) -> Recorded:
    event_id, site_id, outcome, customer_id, visit_id, score = row
    return Recorded(event_id, site_id, FaceOutcome(outcome), customer_id, visit_id, score, duplicate=True)


def to_sighting(row: Sequence[Any]) -> Sighting:
    values = list(row)
    values[_OUTCOME] = FaceOutcome(row[_OUTCOME])
    values[_CROSSING] = None if row[_CROSSING] is None else Crossing(row[_CROSSING])
    return Sighting(*values)


def _to_image(row: Sequence[Any]) -> FaceImage:
    values = list(row)
    values[_STATE] = ImageState(row[_STATE])
    return FaceImage(*values)


def _to_face(row: Sequence[Any]) -> GalleryFace:
    (
        face_id,
        customer_id,
        model_id,
        embedding,
        quality_score,
        event_id,
        created_at,
        exemplar_id,
        provenance,
        track_id,
    ) = row
    return GalleryFace(
        face_id,
        customer_id,
        model_id,
        from_bytes(embedding),
        quality_score,
        event_id,
        created_at,
        exemplar_id,
        Provenance(provenance),
        track_id,
    )
