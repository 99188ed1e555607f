"""Whom faces resemble that came in no event: the people of the whole tenant, as ingest would find them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
import numpy.typing as npt

from footfall_server.domain.batch import BatchQuestions, GalleryAnswers, GalleryQuestions
from footfall_server.domain.face_event import Embedding
from footfall_server.domain.gallery_view import GalleryView, IdentityScore
from footfall_server.domain.recent_faces import RecentFaces, RecentGallery
from footfall_server.domain.thresholds import Zones
from footfall_server.ports import Clock, FaceSearch, IndexHit, Transaction
from footfall_server.services.event_checks import RecognitionModel, model_mismatch
from footfall_server.services.ingest_batch import RECENTS_SLACK
from footfall_server.services.recogniser import TENANT
from footfall_server.services.threshold_policies import ThresholdPolicies

SEARCH_LIMIT = 64
"""Faces that are looked at: enough that somebody's own, at most some thirty, leave room for others'."""


@dataclass(frozen=True, slots=True)
class SearchedFaces:
    """Faces after the search; `queries` is float32 (n, d), L2-normalised, with a list of hits per row."""

    model: RecognitionModel
    queries: npt.NDArray[np.float32]
    hits: Sequence[Sequence[IndexHit]]
    began: datetime


class Resembled:
    """Whom some faces resemble, at one moment. `zones` are those of the tenant's whole gallery."""

    def __init__(
        self, searched: SearchedFaces, near: Sequence[Collection[UUID]], answers: GalleryAnswers, zones: Zones
    ) -> None:
        self._queries = searched.queries
        self._near = [
            {answers.faces[face_id].root_id for face_id in found if face_id in answers.faces}
            for found in near
        ]
        self.view = GalleryView(answers.identities, answers.apart)
        self.zones = zones

    def scores(self, row: int) -> Sequence[IdentityScore]:
        """The people whom the face in that row resembles, best first."""
        return self.view.scores(self._queries[row], self._near[row], ())


class Resemblance:
    """Searches outside of a transaction, then asks inside of one whose the faces are."""

    def __init__(self, *, index: FaceSearch, policies: ThresholdPolicies, clock: Clock) -> None:
        self._index = index
        self._policies = policies
        self._clock = clock

    async def search(
        self, tenant_id: UUID, model: RecognitionModel, faces: Sequence[Embedding]
    ) -> SearchedFaces:
        """The nearest known faces. Raises UNAVAILABLE / INDEX_UNAVAILABLE when nothing can search now."""
        began = self._clock.now()
        queries = np.array(faces, np.float32).reshape(len(faces), model.dimension)
        queries /= np.linalg.norm(queries, axis=1, keepdims=True)
        hits = await self._index.search(tenant_id, model.model_id, queries, SEARCH_LIMIT) if faces else ()
        return SearchedFaces(model, queries, hits, began)

    async def within(
        self, tx: Transaction, searched: SearchedFaces, *, also: Collection[UUID] = ()
    ) -> Resembled:
        """Whose those faces are, and faces that the index may not know yet; only in exclusive transactions.

        `also` are people who are wanted with all of their faces, whether they are near or not. Raises
        FAILED_PRECONDITION / MODEL_MISMATCH when the tenant has moved to another model since.
        """
        model_id, now = searched.model.model_id, self._clock.now()
        policy = self._policies.of(model_id, await tx.calibrations.get(model_id))
        known = await tx.batches.look_up(
            BatchQuestions(
                event_ids=(),
                spans=(),
                image_ids=(),
                model_id=model_id,
                indexed_after=searched.began - RECENTS_SLACK,
                known_recents=(),
            )
        )
        gallery = RecentGallery(searched.model.dimension)
        gallery.apply(known.recents_added, ())
        recents = RecentFaces(gallery, searched.queries, floor=policy.zones(0, TENANT).new)
        near = [
            {*(hit.face_id for hit in hits), *(face_id for face_id, _ in recents.near(row))}
            for row, hits in enumerate(searched.hits)
        ]
        face_ids = {face_id for found in near for face_id in found}
        answers = await tx.batches.gallery(
            GalleryQuestions(
                face_ids=face_ids,
                near_ids=face_ids,
                customer_ids=also,
                site_ids=(),
                model_id=model_id,
                since=now,
            )
        )
        if not answers.takes_model:
            raise model_mismatch(model_id, answers.model_in_use or model_id)
        return Resembled(searched, near, answers, policy.zones(answers.tenant_size, TENANT))
