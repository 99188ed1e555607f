"""The pictures that staff are enrolled with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.face_event import Embedding
from footfall_server.domain.face_examination import ExaminedFace
from footfall_server.domain.gallery_view import cosines_with
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal
from footfall_server.domain.person import Provenance
from footfall_server.domain.staff import (
    MOST_FACES_EACH,
    SAME_PICTURE,
    EnrolledFace,
    StaffDetails,
    portrait_key,
)
from footfall_server.errors import FootfallError, not_found
from footfall_server.ports import Clock, FaceExaminer, ImageStore, Transaction, Transactions
from footfall_server.services.customer_removal import delete_objects
from footfall_server.services.images import ImageFile
from footfall_server.services.known_staff import (
    StaffMember,
    current_staff,
    manageable_staff,
    reaches,
)
from footfall_server.services.picture_refusals import (
    duplicate,
    has_left,
    looks_like_other_staff,
    refused,
    too_many_faces,
)
from footfall_server.services.resemblance import Resemblance, Resembled, SearchedFaces
from footfall_server.services.scope import begin_for, tenant_of
from footfall_server.services.tenant_models import TenantModels

PORTRAIT_TYPE: Final = "image/jpeg"
ENROLLED: Final = Provenance.ENROLLED

_log = structlog.get_logger()


class StaffFaces:
    """Enrols, shows and forgets faces. Only head and shoulders of a picture are kept, and only as JPEG."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        examiner: FaceExaminer,
        resemblance: Resemblance,
        models: TenantModels,
        images: ImageStore,
        clock: Clock,
    ) -> None:
        self._transactions = transactions
        self._examiner = examiner
        self._resemblance = resemblance
        self._models = models
        self._images = images
        self._clock = clock

    async def list(self, principal: Principal, staff_id: UUID) -> Sequence[EnrolledFace]:
        """All of the person's, and of whoever was merged into it, the oldest first. Raises NOT_FOUND."""
        async with begin_for(self._transactions, principal) as tx:
            member = await current_staff(tx, principal, staff_id)
            return await tx.enrolments.of(member.family)

    async def image(self, principal: Principal, staff_id: UUID, face_id: UUID) -> ImageFile:
        """The portrait. Every view is audited first: one that cannot be recorded does not happen.

        Raises NOT_FOUND.
        """
        async with begin_for(self._transactions, principal) as tx:
            member = await current_staff(tx, principal, staff_id)
            face = await _face_of(tx, member, face_id)
        data = await self._images.get(face.object_key)
        if data is None:
            raise not_found("staff_face", face_id)
        async with begin_for(self._transactions, principal) as tx:
            await tx.audit.append(self._entry(principal, Action.STAFF_FACE_VIEW, member, face_id))
        return ImageFile(data, PORTRAIT_TYPE)

    async def add(
        self, principal: Principal, staff_id: UUID, picture: bytes, *, request_id: UUID | None
    ) -> EnrolledFace:
        """Enrols the face of a picture. The same request_id enrols one.

        Raises NOT_FOUND and PERMISSION_DENIED as StaffService.update, STAFF_LEFT, TOO_MANY_FACES, what
        picture_refusals.refused says of a picture that is not good enough, LOOKS_LIKE_OTHER_STAFF and
        DUPLICATE_FACE; MODEL_UNKNOWN and UNAVAILABLE when faces cannot be examined or compared now.
        """
        tenant_id = tenant_of(principal)
        async with begin_for(self._transactions, principal) as tx:
            member = await manageable_staff(tx, principal, staff_id)
            if (known := await _requested(tx, member, request_id)) is not None:
                return known
            await self._require_room(tx, member)
        accepted = await self._models.of(tenant_id)
        examination = await self._examiner.examine(picture, accepted.all)
        face = examination.face
        if face is None or examination.refusal is not None:
            raise refused(examination.refusal)
        searched = await self._resemblance.search(
            tenant_id, accepted.in_use, [face.embeddings[accepted.in_use.model_id]]
        )
        face_id = new_id()
        brought = _Brought(
            face_id, portrait_key(tenant_id, member.staff_id, face_id), face, searched, request_id
        )
        # Before the row that names it: a row without its portrait would be a face that nobody can look at.
        await self._images.put(brought.object_key, face.portrait.jpeg, PORTRAIT_TYPE)
        enrolled = None
        try:
            enrolled = await self._enrolled(principal, staff_id, brought)
        finally:
            if enrolled is None or enrolled.face_id != face_id:
                await self._take_back(brought.object_key)
        return enrolled

    async def delete(self, principal: Principal, staff_id: UUID, face_id: UUID) -> None:
        """Forgets a face with its portrait. Raises NOT_FOUND and PERMISSION_DENIED."""
        async with begin_for(self._transactions, principal) as tx:
            await manageable_staff(tx, principal, staff_id)
        async with self._transactions.begin_exclusive(tenant_of(principal)) as tx:
            member = await manageable_staff(tx, principal, staff_id)
            face = await _face_of(tx, member, face_id)
            await tx.enrolments.remove([face_id], self._clock.now())
            await delete_objects(self._images, [face.object_key])
            await tx.audit.append(self._entry(principal, Action.STAFF_FACE_DELETE, member, face_id))

    async def _enrolled(self, principal: Principal, staff_id: UUID, brought: "_Brought") -> EnrolledFace:
        async with self._transactions.begin_exclusive(tenant_of(principal)) as tx:
            member = await manageable_staff(tx, principal, staff_id)
            if (known := await _requested(tx, member, brought.request_id)) is not None:
                return known
            await self._require_room(tx, member)
            resembled = await self._resemblance.within(tx, brought.searched, also=[member.staff_id])
            await _require_nobody_else(tx, principal, member, resembled)
            closest = await _closest_own(tx, member, resembled, brought.searched.queries[0])
            # As it is now: a model that came since is given the face by the change that brought it.
            taken = (await self._models.within(tx)).all
            embeddings = {
                model_id: each for model_id, each in brought.face.embeddings.items() if model_id in taken
            }
            portrait = brought.face.portrait
            enrolled = EnrolledFace(
                face_id=brought.face_id,
                staff_id=member.staff_id,
                object_key=brought.object_key,
                width=portrait.width,
                height=portrait.height,
                box=portrait.box,
                landmarks=portrait.landmarks,
                quality=brought.face.quality,
                created_at=self._clock.now(),
                created_by=principal.subject_id,
                closest_own=closest,
                model_ids=tuple(sorted(embeddings)),
            )
            await tx.enrolments.add(
                enrolled,
                embeddings=embeddings,
                aligned_jpeg=brought.face.aligned_jpeg,
                request_id=brought.request_id,
            )
            await tx.audit.append(self._entry(principal, Action.STAFF_FACE_ADD, member, brought.face_id))
        return enrolled

    async def _require_room(self, tx: Transaction, member: StaffMember) -> None:
        if member.details.has_left(self._clock.now()):
            raise has_left(member.staff_id)
        counted = await tx.enrolments.counted(member.family)
        if sum(each.faces for each in counted.values()) >= MOST_FACES_EACH:
            raise too_many_faces()

    async def _take_back(self, key: str) -> None:
        """The portrait of a face that was not enrolled. What cannot be deleted now is only told of."""
        try:
            await self._images.delete(key)
        except FootfallError as error:
            _log.warning("portrait_left_behind", object_key=key, reason=error.reason)

    def _entry(self, principal: Principal, action: Action, member: StaffMember, face_id: UUID) -> AuditEntry:
        return AuditEntry.of(
            principal,
            action,
            member.staff_id,
            at=self._clock.now(),
            detail={"face_id": face_id},
            resource="staff",
        )


@dataclass(frozen=True, slots=True)
class _Brought:
    """A good picture on its way into the gallery."""

    face_id: UUID
    object_key: str
    face: ExaminedFace
    searched: SearchedFaces
    request_id: UUID | None


async def _face_of(tx: Transaction, member: StaffMember, face_id: UUID) -> EnrolledFace:
    theirs = {each.face_id: each for each in await tx.enrolments.of(member.family)}
    if face_id not in theirs:
        raise not_found("staff_face", face_id)
    return theirs[face_id]


async def _requested(tx: Transaction, member: StaffMember, request_id: UUID | None) -> EnrolledFace | None:
    """What the same request made before, for this person."""
    known = None if request_id is None else await tx.enrolments.requested(request_id)
    return known if known is not None and known.staff_id in member.family else None


async def _require_nobody_else(
    tx: Transaction, principal: Principal, member: StaffMember, resembled: Resembled
) -> None:
    """Raises LOOKS_LIKE_OTHER_STAFF for a face that another staff member would be taken for."""
    threshold = resembled.zones.match
    rivals = [
        each
        for each in resembled.scores(0)
        if each.identity.is_staff
        and each.identity.root_id != member.staff_id
        and each.face_score >= threshold
    ]
    if rivals:
        rival = max(rivals, key=lambda each: each.face_score)
        other = rival.identity.root_id
        details = (await tx.staff.find([other])).get(other, StaffDetails(other))
        raise looks_like_other_staff(
            other if reaches(principal, details) else None, score=rival.face_score, threshold=threshold
        )


async def _closest_own(
    tx: Transaction, member: StaffMember, resembled: Resembled, embedding: Embedding
) -> float | None:
    """The cosine to the closest face that the person was enrolled with; None before the first one.

    Raises DUPLICATE_FACE for the same picture again.
    """
    own = resembled.view.get(member.staff_id)
    faces = [] if own is None else [each for each in own.exemplars if each.provenance is ENROLLED]
    if not faces:
        return None
    cosines = cosines_with(embedding, faces)
    best = int(cosines.argmax())
    if cosines[best] >= SAME_PICTURE:
        behind = await tx.enrolments.behind([faces[best].face_id])
        raise duplicate(behind.get(faces[best].face_id, faces[best].face_id))
    return float(cosines[best])
