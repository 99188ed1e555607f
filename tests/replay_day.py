"""A day of a busy shop as a worker saw it, with the truth: who came, and which visits that makes.

Nobody is real: people are random directions, and their pictures are clouds.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt
from fakes.edge_samples import MODEL_ID, face, quality
from footfall_edge.convert import to_face_event
from footfall_edge.event_spooling import SpoolSink
from footfall_edge.face_event import FaceEvent, Portrait
from footfall_edge.identifiers import new_id
from footfall_edge.spool import Spool
from footfall_vision.types import Floats

Doubles = npt.NDArray[np.float64]
DAY = timedelta(hours=24)
CUT = timedelta(hours=4)
"""When a site's business day begins: visits are cut there, so the day that is played has none inside."""
GAP = timedelta(hours=1)
"""Sightings of somebody that are no further apart are one visit: the site's rule."""
RIPE = timedelta(seconds=2)
COSINE = 0.85
DIMENSION = 512
PICTURES = 16


def last_day_end(now: datetime) -> datetime:
    """The end of the last whole business day of a site in UTC. `now` is in UTC."""
    midnight = (now - CUT).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + CUT


@dataclass(frozen=True)
class Track:
    """One person before one camera."""

    track_id: str
    person: int
    camera_id: str
    begin: datetime
    end: datetime


class Day:
    """Half as many tracks as events: each is told early and at its end."""

    def __init__(self, *, events: int, end: datetime, camera_ids: Sequence[str], seed: int = 1) -> None:
        self._dice = np.random.default_rng(seed)
        self._begin = end - DAY
        self._camera_ids = camera_ids
        self.tracks = self._come(events // 2)

    def _come(self, count: int) -> list[Track]:
        """People come for one to three tracks, and a third of them once more much later."""
        tracks: list[Track] = []
        person = 0
        while len(tracks) < count:
            at = self._begin + timedelta(seconds=float(self._dice.uniform(0, 72_000)))
            for _ in range(2 if self._dice.random() < 1 / 3 else 1):
                tracks += self._visit(person, at, min(int(self._dice.integers(1, 4)), count - len(tracks)))
                at += timedelta(hours=float(self._dice.uniform(2.5, 3.5)))
            person += 1
        return tracks

    def _visit(self, person: int, at: datetime, tracks: int) -> Iterator[Track]:
        for _ in range(tracks):
            end = at + RIPE + timedelta(seconds=float(self._dice.uniform(1, 20)))
            camera_id = self._camera_ids[int(self._dice.integers(len(self._camera_ids)))]
            yield Track(new_id(), person, camera_id, at, end)
            at = end + timedelta(seconds=float(self._dice.uniform(5, 300)))

    @property
    def people(self) -> int:
        return len({track.person for track in self.tracks})

    @property
    def visits(self) -> int:
        """By brute force."""
        stays: defaultdict[int, list[Track]] = defaultdict(list)
        for track in self.tracks:
            stays[track.person].append(track)
        visits = 0
        for own in stays.values():
            left: datetime | None = None
            for track in sorted(own, key=lambda one: one.begin):
                visits += left is None or track.begin - left > GAP
                left = track.end if left is None else max(left, track.end)
        return visits

    def person_of(self, track_id: str) -> int:
        """Who it was."""
        return self._people[track_id]

    @cached_property
    def _people(self) -> dict[str, int]:
        return {track.track_id: track.person for track in self.tracks}

    def events(self) -> Iterator[FaceEvent]:
        """In the order in which the worker tells them."""
        teller = Teller()
        told = [(track.begin + RIPE, False, track) for track in self.tracks]
        told += [(track.end, True, track) for track in self.tracks]
        for at, final, track in sorted(told, key=lambda one: one[0]):
            yield teller.tell(track, at, final=final)


class Teller:
    """Makes events as a worker does, each of another shot."""

    def __init__(self, seed: int = 1) -> None:
        dice = np.random.default_rng(seed)
        self._pictures = [(_cloud(dice, 112), _cloud(dice, 280)) for _ in range(PICTURES)]
        self._seed = seed
        self._number = 0

    def tell(self, track: Track, at: datetime, *, final: bool) -> FaceEvent:
        """What is told of a track at that time, with a portrait."""
        self._number += 1
        aligned, portrait = self._pictures[self._number % PICTURES]
        return FaceEvent(
            event_id=new_id(),
            camera_id=track.camera_id,
            track_id=track.track_id,
            first_seen=track.begin,
            last_seen=at,
            final=final,
            model_id=MODEL_ID,
            embedding=_shot(track.person, (self._seed, self._number)),
            face=face(),
            quality=quality(),
            female_probability=None,
            portrait=Portrait(image_id=new_id(), jpeg=portrait),
            shot_count=4,
            aligned_jpeg=aligned,
        )


async def spool_day(day: Day, spool: Spool) -> list[str]:
    """Put all of it into the spool as a worker does; the ids of the events."""
    sink = SpoolSink(spool=spool, encode=lambda event: to_face_event(event).SerializeToString())
    told = []
    for event in day.events():
        await sink.record(event)
        told.append(event.event_id)
    return told


def _shot(person: int, seed: tuple[int, int]) -> Floats:
    """One of many shots of a person, each as like to the person as the next."""
    home = _unit(np.random.default_rng((1, person)).standard_normal(DIMENSION))
    noise = np.random.default_rng((2, *seed)).standard_normal(DIMENSION)
    across = _unit(noise - np.dot(noise, home) * home)
    return np.asarray(_unit(COSINE * home + np.sqrt(1 - COSINE**2) * across), dtype=np.float32)


def _unit(vector: Doubles) -> Doubles:
    return np.asarray(vector / np.linalg.norm(vector))


def _cloud(dice: np.random.Generator, size: int) -> bytes:
    """A JPEG as large as one of a face: 4 KB at 112 pixels, 20 KB at 280."""
    coarse = dice.integers(0, 255, (size // 8, size // 8, 3)).astype(np.uint8)
    smooth = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)
    grain = dice.normal(0, 6, smooth.shape)
    picture = np.clip(smooth + grain, 0, 255).astype(np.uint8)
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 82])[1].tobytes())
