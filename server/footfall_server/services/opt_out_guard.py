"""Who is left out of ingest, on one replica, and what is taken back once it is seen who a track is."""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

import structlog

from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.customer import new_customer
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.gallery_view import KnownIdentity
from footfall_server.domain.opt_out import OptOutGallery, Templates
from footfall_server.domain.restatement import ChangeCause
from footfall_server.domain.sighting import Sighting
from footfall_server.ports import Clock, TemplateSeal, Transaction
from footfall_server.services.customer_removal import CustomerRemoval, ErasureOrder
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.services.track_removal import TrackRemoval

TENANTS_REMEMBERED = 256
"""Of how many tenants opened templates are held, those that sent events last."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Held:
    """What was opened of the opt-outs that there were; some may not have opened."""

    opt_out_ids: frozenset[UUID] = frozenset()
    gallery: OptOutGallery = field(default_factory=OptOutGallery)


class OptOutGuard:
    """Holds opened templates in memory only, and only while they are in the database.

    Opt-outs never change, so their ids say whether what is held is right. Ingest is told the ids with
    everything else that it looks up, in its own transaction: an opt-out holds on every replica as soon as it
    is committed, and reading templates costs a statement only when there are other ones.
    """

    def __init__(self, *, seal: TemplateSeal, removal: CustomerRemoval, clock: Clock) -> None:
        self._seal = seal
        self._removal = removal
        self._tracks = TrackRemoval(removal=removal)
        self._clock = clock
        self._held: OrderedDict[tuple[UUID, str], _Held] = OrderedDict()

    def held(self, tenant_id: UUID, model: RecognitionModel) -> OptOutGallery:
        """What was right for the tenant's last batch."""
        held = self._held.get((tenant_id, model.model_id))
        return OptOutGallery() if held is None else held.gallery

    async def current(
        self, tx: Transaction, model: RecognitionModel, opt_out_ids: frozenset[UUID]
    ) -> OptOutGallery:
        """The templates of these, which are all of the model. Only in exclusive transactions."""
        key = tx.tenant_id, model.model_id
        held = self._held.get(key, _Held())
        if held.opt_out_ids != opt_out_ids:
            added = await self._opened(tx, model, opt_out_ids - held.opt_out_ids)
            held = _Held(opt_out_ids, held.gallery.with_only(opt_out_ids, added))
        if opt_out_ids:
            self._held[key] = held
            self._held.move_to_end(key)
            if len(self._held) > TENANTS_REMEMBERED:
                self._held.popitem(last=False)
        else:
            self._held.pop(key, None)
        return held.gallery

    async def _opened(
        self, tx: Transaction, model: RecognitionModel, opt_out_ids: Collection[UUID]
    ) -> Mapping[UUID, Templates]:
        if not opt_out_ids:
            return {}
        opened: dict[UUID, Templates] = {}
        for opt_out_id, sealed in (await tx.opt_outs.sealed(opt_out_ids, model.model_id)).items():
            templates = self._seal.open(
                tx.tenant_id, opt_out_id, model.model_id, sealed, dimension=model.dimension
            )
            if templates is None:
                # The key of erasures is another one: after a restore, its copy was not put back.
                _log.error("opt_out_not_opened", tenant_id=str(tx.tenant_id), opt_out_id=str(opt_out_id))
            else:
                opened[opt_out_id] = templates
        return opened

    async def take_back(
        self, tx: Transaction, sightings: Sequence[Sighting], identities: Sequence[KnownIdentity]
    ) -> frozenset[UUID]:
        """Erases what was stored of tracks before it was seen that they are of somebody who is left out.

        Each stays as a passage of nobody. Whoever is known by these tracks alone is that person, and is
        erased as a whole; `identities` are those whom the tracks were taken for, with all of their faces.
        Returns the roots of who is gone. Raises UNAVAILABLE, and then nothing may be committed.
        """
        now = self._clock.now()
        tracks = {each.track_id for each in sightings}
        whole = {each.root_id for each in identities if _known_by(each, tracks)}
        by_person: dict[UUID | None, list[Sighting]] = {}
        for each in sightings:
            by_person.setdefault(each.customer_id, []).append(each)
        for person_id, theirs in by_person.items():
            if person_id is not None and person_id in whole:
                await self._removal.forget(tx, None, ErasureOrder(person_id))
            else:
                # Nobody counts who this is: it gets no number.
                made = replace(new_customer(now), confirmed_at=None)
                await self._tracks.forget(tx, person_id, theirs, made=made)
        await tx.sightings.save([_of_nobody(each) for each in sightings])
        await tx.changes.append(
            [
                NewChange(Topic.SIGHTINGS, ChangeKind.UPDATED, each.site_id, each.track_id)
                for each in sightings
            ]
        )
        # The rest of the batch is what batches are.
        await tx.report_days.because(ChangeCause.LATE_EVENT)
        return frozenset(whole)


def tells_of_somebody(sighting: Sighting) -> bool:
    """Whether more is known of a track than that somebody was there."""
    return bool(sighting.model_id) or sighting.customer_id is not None or sighting.image_id is not None


def _known_by(identity: KnownIdentity, tracks: Collection[UUID]) -> bool:
    """Whether all of the faces that somebody is recognised by are from these tracks."""
    return (
        not identity.is_staff
        and bool(identity.exemplars)
        and all(each.track_id in tracks for each in identity.exemplars)
    )


def _of_nobody(sighting: Sighting) -> Sighting:
    return replace(
        sighting,
        outcome=FaceOutcome.UNRECOGNISABLE,
        customer_id=None,
        owner_id=None,
        visit_id=None,
        score=None,
        female_probability=None,
        image_id=None,
        model_id="",
    )
