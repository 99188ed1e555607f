"""Decides who each face of a batch is, in their order: each decision is seen by the next one."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from footfall_server.domain.cannot_link import Presences
from footfall_server.domain.decision import DecisionRecord
from footfall_server.domain.face_event import FaceEvent, FaceOutcome
from footfall_server.domain.gallery_view import (
    GalleryView,
    IdentityScore,
    KnownIdentity,
    may_be_one,
    score_of,
)
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.matching import Rule, Verdict, decide
from footfall_server.domain.person import CustomerKind, IdentityState, Provenance
from footfall_server.domain.quality_gates import may_be_compared, may_found
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.thresholds import Zones
from footfall_server.domain.track_face import TrackFace
from footfall_server.services.decision_records import Seen, decision_record
from footfall_server.services.identity_ledger import IdentityLedger

SITE, TENANT = "site", "tenant"

LEARNED_A_DAY: Final = 3
"""How many exemplars somebody learns in a day: what goes wrong once does not fill a gallery."""

EXEMPLARS: Final = 5
"""How many exemplars somebody has. People who were merged have those of both."""

ZonesOf = Callable[[int, str], Zones]
"""The zones of a gallery: of so many people, and whose it is."""


@dataclass(slots=True)
class Recogniser:
    """Works on one batch of one tenant and model.

    `sightings` are the tracks that are known: those of the batch, and those of people who wait. They are
    brought up to date here, and `touched` names whose changed.
    """

    view: GalleryView
    zones_of: ZonesOf
    tenant_size: int
    site_sizes: Mapping[UUID, int]
    presences: Presences
    sightings: dict[UUID, Sighting]
    ledger: IdentityLedger
    now: datetime
    touched: set[UUID] = field(default_factory=set)
    left: set[UUID] = field(default_factory=set)
    """Roots that a track was taken from again: their visits are to be worked out anew."""

    def take(self, seen: Seen, sighting: Sighting, known: Sighting | None) -> DecisionRecord:
        """Decides one face. `sighting` is its track with this event, `known` what it was before."""
        event = seen.event
        sighting = self._parted(sighting)
        excluded = self._elsewhere(sighting).keys()
        own = self.identity_of(sighting)
        apart_from = excluded | ({own.root_id} if own is not None and own.is_waiting else set())
        scores = [] if event.is_anonymous else self.view.scores(event.embedding, seen.near, apart_from)
        if own is not None and not own.is_waiting:
            widest = self._zones(own, seen.site_id)
            # Somebody all of whose faces were taken away since then is still who the track showed.
            score = score_of(event.embedding, own) if own.exemplars and not event.is_anonymous else None
            verdict = Verdict(Rule.SAME_TRACK, widest, score)
            self._learn_more(own, event, sighting, known, widest)
        elif event.is_anonymous:
            rule = Rule.OPTED_OUT if seen.left_out else Rule.ANONYMOUS
            verdict = Verdict(rule, self.zones_of(self.tenant_size, TENANT))
        else:
            verdict = decide(
                scores,
                event.quality,
                widest=self.zones_of(self.tenant_size, TENANT),
                scope=lambda each: self._zones(each.identity, seen.site_id),
                same=self._may_be_one,
            )
            sighting = self._settle(verdict, event, sighting, own)
        self._keep(sighting, event, excluded, changed=sighting != known)
        return decision_record(
            seen, sighting, verdict, scores, excluded=excluded, view=self.view, at=self.now
        )

    def settled(self, track_id: UUID) -> Sighting:
        """A track as it is now, by whom it is after all that was decided."""
        sighting = self.sightings[track_id]
        if sighting.customer_id is None:
            return sighting
        return replace(sighting, customer_id=self.view.root_of(sighting.customer_id))

    def identity_of(self, sighting: Sighting) -> KnownIdentity | None:
        """Who the track is now."""
        return None if sighting.customer_id is None else self.view.get(sighting.customer_id)

    def _elsewhere(self, sighting: Sighting) -> Mapping[UUID, Sequence[UUID]]:
        """Roots whom the track cannot be, with the tracks that say so."""
        found: dict[UUID, list[UUID]] = {}
        for track_id, customer_id in self.presences.elsewhere(sighting).items():
            found.setdefault(self.view.root_of(customer_id), []).append(track_id)
        return found

    def _zones(self, identity: KnownIdentity, site_id: UUID) -> Zones:
        if site_id in identity.site_ids:
            return self.zones_of(self.site_sizes.get(site_id, 0), SITE)
        return self.zones_of(self.tenant_size, TENANT)

    def _may_be_one(self, one: IdentityScore, other: IdentityScore) -> bool:
        least = self.zones_of(self.tenant_size, TENANT).new
        return may_be_one(self.view, one.identity, other.identity, least=least)

    def _settle(
        self, verdict: Verdict, event: FaceEvent, sighting: Sighting, own: KnownIdentity | None
    ) -> Sighting:
        """Acts on the verdict over a track that nobody, or only somebody who waits, was found in."""
        if verdict.match is not None:
            target = verdict.match.identity
            for other in verdict.linked:
                self._absorb(target, other.identity)
            if own is not None:
                if self.view.are_apart(target.root_id, own.root_id):
                    return sighting
                self._absorb(target, own)
            if target.is_waiting:
                self._confirm(target)
            sighting = replace(
                sighting,
                outcome=FaceOutcome.STAFF if target.is_staff else FaceOutcome.KNOWN,
                customer_id=target.root_id,
                owner_id=sighting.owner_id or verdict.match.face.owner_id,
                score=verdict.match.score,
            )
            self._learn(target, event, verdict.match, verdict.zones)
            return sighting
        if verdict.rule is Rule.BELOW_MATCH_GATE:
            return sighting if own is not None else replace(sighting, outcome=FaceOutcome.UNRECOGNISABLE)
        if own is None:
            own = self._made(event, sighting)
            sighting = replace(
                sighting,
                outcome=FaceOutcome.PENDING,
                customer_id=own.root_id,
                owner_id=own.root_id,
                score=None,
            )
        elif event.quality.score > max((each.quality_score for each in own.exemplars), default=0.0):
            self._teach(own, event, Provenance.CREATED)
        if verdict.rule is Rule.NEW:
            self.sightings[sighting.track_id] = sighting
            self._confirm(own)
            sighting = self.sightings[sighting.track_id]
        return sighting

    def _made(self, event: FaceEvent, sighting: Sighting) -> KnownIdentity:
        identity = KnownIdentity(
            root_id=new_id(),
            state=IdentityState.WAITING,
            kind=CustomerKind.VISITOR,
            exemplars=[],
            track_ids={sighting.track_id},
        )
        self.view.add(identity)
        self.ledger.make(identity.root_id)
        self._teach(identity, event, Provenance.CREATED)
        return identity

    def _confirm(self, identity: KnownIdentity) -> None:
        """Somebody who waited is a customer from now on: the first sighting is what made them one."""
        identity.state = IdentityState.CONFIRMED
        self.ledger.number(identity.root_id)
        tracks = [self.sightings[each] for each in identity.track_ids if each in self.sightings]
        tracks.sort(key=lambda each: (each.first_seen_at, each.track_id))
        for position, track in enumerate(tracks):
            outcome = FaceOutcome.KNOWN if position else FaceOutcome.NEW
            self._replace(replace(track, outcome=outcome, customer_id=identity.root_id))

    def _absorb(self, target: KnownIdentity, source: KnownIdentity) -> None:
        """Somebody who waited turns out to be `target`."""
        tracks = [self.sightings[each] for each in source.track_ids if each in self.sightings]
        self.view.absorb(target, source)
        self.ledger.resolve(source.root_id, target.root_id)
        if not target.is_waiting:
            outcome = FaceOutcome.STAFF if target.is_staff else FaceOutcome.KNOWN
            for track in tracks:
                self._replace(replace(track, outcome=outcome, customer_id=target.root_id))

    def _replace(self, track: Sighting) -> None:
        self.sightings[track.track_id] = track
        self.touched.add(track.track_id)
        self.presences.add(track)
        self._saw(track)

    def _saw(self, track: Sighting) -> None:
        """Notes that somebody was at a site, the first time."""
        identity = self.identity_of(track)
        if identity is not None and track.site_id not in identity.site_ids:
            identity.site_ids.add(track.site_id)
            self.ledger.saw(track.site_id, identity.root_id)

    def _learn(self, target: KnownIdentity, event: FaceEvent, match: IdentityScore, zones: Zones) -> None:
        """A shot that shows somebody anew joins their exemplars, if a trusted one vouches for it.

        Where there is no room, it takes the place of a learned one that is worse.
        """
        fit = (
            may_found(event.quality)
            and match.trusted_score >= zones.learn
            and match.face_score < zones.twin
            and target.learned < LEARNED_A_DAY
        )
        worst = min(
            (each for each in target.exemplars if not each.is_trusted),
            key=lambda each: (each.quality_score, each.face_id),
            default=None,
        )
        if fit and len(target.exemplars) < EXEMPLARS:
            self._teach(target, event, Provenance.LEARNED)
        elif fit and worst is not None and worst.quality_score < event.quality.score:
            target.exemplars.remove(worst)
            self.ledger.forget(worst.face_id)
            self._teach(target, event, Provenance.LEARNED)
        else:
            self._remember(event)

    def _learn_more(
        self,
        own: KnownIdentity,
        event: FaceEvent,
        sighting: Sighting,
        known: Sighting | None,
        zones: Zones,
    ) -> None:
        """The end of a track may show the same face, and better."""
        if known is None or event.is_anonymous or not may_be_compared(event.quality):
            return
        better = event.final and not known.final and event.quality.score > known.quality_score
        if not better or not own.exemplars:
            return
        founded = any(each.track_id == sighting.track_id and each.is_trusted for each in own.exemplars)
        score = score_of(event.embedding, own)
        if founded and score.trusted_score >= zones.learn:
            self._teach(own, event, Provenance.CREATED)
        elif not founded:
            self._remember(event)

    def _teach(self, identity: KnownIdentity, event: FaceEvent, provenance: Provenance) -> None:
        exemplar = self.ledger.teach(identity.root_id, event, provenance, self.now)
        self.view.learn(identity, exemplar)
        identity.learned += provenance is Provenance.LEARNED

    def _remember(self, event: FaceEvent) -> None:
        self.ledger.remember(
            TrackFace(
                track_id=event.track_id,
                model_id=event.model_id,
                embedding=event.embedding,
                quality_score=event.quality.score,
                event_id=event.event_id,
                seen_at=event.last_seen_at,
            )
        )

    def _parted(self, sighting: Sighting) -> Sighting:
        """The track, parted from tracks of the same person that it grew to overlap.

        It is somebody else then, unless it is what the person is recognised by: then the others are.
        """
        own = self.identity_of(sighting)
        clashing = None if own is None else self._elsewhere(sighting).get(own.root_id)
        if own is None or clashing is None:
            return sighting
        self.left.add(own.root_id)
        if any(each.track_id != sighting.track_id for each in own.exemplars):
            return self._taken_out(sighting, own)
        for track_id in clashing:
            self._replace(self._taken_out(self.sightings[track_id], own))
        return sighting

    def _taken_out(self, sighting: Sighting, own: KnownIdentity) -> Sighting:
        """The track as somebody of its own who waits. Faces that were learned from it go with it."""
        own.track_ids.discard(sighting.track_id)
        theirs = [each for each in own.exemplars if each.track_id == sighting.track_id]
        own.exemplars = [each for each in own.exemplars if each.track_id != sighting.track_id]
        identity = KnownIdentity(
            root_id=new_id(),
            state=IdentityState.WAITING,
            kind=CustomerKind.VISITOR,
            exemplars=theirs,
            track_ids={sighting.track_id},
        )
        self.view.add(identity)
        self.view.keep_apart(identity.root_id, own.root_id)
        self.ledger.make(identity.root_id)
        for exemplar in theirs:
            self.ledger.move(exemplar.face_id, identity.root_id)
        return replace(
            sighting,
            outcome=FaceOutcome.PENDING,
            customer_id=identity.root_id,
            owner_id=identity.root_id,
            visit_id=None,
            score=None,
        )

    def _keep(
        self,
        sighting: Sighting,
        event: FaceEvent,
        excluded: Collection[UUID],
        *,
        changed: bool,
    ) -> None:
        self.sightings[event.track_id] = sighting
        if changed:
            self.touched.add(event.track_id)
        self.presences.add(sighting)
        if sighting.customer_id is None:
            return
        identity = self.view.get(sighting.customer_id)
        if identity is not None and identity.is_waiting:
            identity.track_ids.add(sighting.track_id)
        self._saw(sighting)
        for other in excluded:
            self.view.keep_apart(sighting.customer_id, other)
