"""Whether one person is one customer: real pictures, in random order, through the real core.

    PYTHONPATH=tests python tests/bench/bench_identity.py [--faces DIR] [--seeds N] [--curve] [--plot PNG]

Starts PostgreSQL, milvus-lite, SeaweedFS and two replicas of the core. For each seed a tenant is opened, and
the pictures of DIR (labels.csv: file, identity) of people with two or more are sent one by one, in random
order and from several cameras, as events of tracks of their own. What each event is put on is asked
afterwards, from its explanation. Then suggestions are looked for, as every night, and all of them accepted.

The last line is one JSON object: of the worst seed, first what holds at once and then, as `nightly`, after
the suggestions
  people, events      true people, and pictures
  ids, ratio          customers made, and how many per true person
  false_merge_share   events that are on a customer who was made for somebody else
  split_share         events on another customer than the first one of their person
  unresolved_share    events on no customer: they wait, or
  unrecognisable_share  were too poor to be compared with anybody, which is part of unresolved_share
  rank1               events of people seen before of whom the best candidate was the right one
and `seeds`, all of them; with --curve also `curve`, by target rate.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc.aio
import numpy as np
from footfall.v1 import (
    auth_service_pb2,
    auth_service_pb2_grpc,
    camera_service_pb2,
    camera_service_pb2_grpc,
    customer_service_pb2,
    customer_service_pb2_grpc,
    face_event_pb2,
    ingest_service_pb2,
    ingest_service_pb2_grpc,
    site_service_pb2,
    site_service_pb2_grpc,
    visit_service_pb2,
    visit_service_pb2_grpc,
)
from footfall_server.domain.identifiers import new_id
from footfall_server.rpc.convert_values import to_timestamp
from footfall_vision.model_cards import DEFAULT_EMBEDDER
from footfall_vision.model_store import ModelStore
from identity_plot import plot
from ingest_stack import Target, own_stack
from pictures import PARTS, Pictures, pictures

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "bench"
CAMERAS = 6
BETWEEN = timedelta(seconds=40)
PAGE = 500
CURVE = (0.1, 0.03, 0.01, 0.003, 0.0003, 0.0001)
"""Target rates beside the default one."""
Metadata = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Figures:
    """How well events were told apart."""

    people: int
    events: int
    ids: int
    ratio: float
    false_merge_share: float
    split_share: float
    unresolved_share: float
    unrecognisable_share: float
    rank1: float


@dataclass(frozen=True)
class Told:
    """What one event's explanation says: who it is now, and who came first when it was decided."""

    customer_id: str
    best_id: str
    too_poor: bool


class Chain:
    """A tenant with a site and cameras, and its administrator's and worker's sessions."""

    def __init__(self, target: Target, channels: Sequence[Any]) -> None:
        self._target = target
        self._channels = channels
        self._admin: Metadata = ()
        self._worker: Metadata = ()
        self._cameras: list[str] = []

    async def open(self, name: str) -> None:
        who = await self._target.another_tenant(name)
        self._admin = await self._sign_in(
            password=auth_service_pb2.PasswordCredentials(email=who.email, password=who.password)
        )
        sites = site_service_pb2_grpc.SiteServiceStub(self._channels[0])
        site = site_service_pb2.Site(display_name="Bench", time_zone="UTC")
        made = await sites.CreateSite(site_service_pb2.CreateSiteRequest(site=site), metadata=self._admin)
        self._worker = await self._sign_in(api_key=await who.api_key_of(made.site_id))
        cameras = camera_service_pb2_grpc.CameraServiceStub(self._channels[0])
        for number in range(CAMERAS):
            camera = camera_service_pb2.Camera(
                site_id=made.site_id, display_name=f"Camera {number}", source_url="rtsp://127.0.0.1/none"
            )
            request = camera_service_pb2.CreateCameraRequest(camera=camera)
            self._cameras.append((await cameras.CreateCamera(request, metadata=self._admin)).camera_id)

    async def record(self, faces: Pictures, order: Sequence[int], seed: int) -> dict[int, str]:
        """Sends the pictures in this order, one after the other. Returns the event of each row."""
        dice = random.Random(seed)
        at = datetime.now(UTC) - timedelta(hours=1) - BETWEEN * len(order)
        events: dict[int, str] = {}
        for number, row in enumerate(order):
            at += BETWEEN
            event = _event(faces, row, dice.choice(self._cameras), at)
            ingest = ingest_service_pb2_grpc.IngestServiceStub(self._channels[number % len(self._channels)])
            await ingest.RecordFace(ingest_service_pb2.RecordFaceRequest(event=event), metadata=self._worker)
            events[row] = event.event_id
        return events

    async def told(self, events: dict[int, str]) -> dict[int, Told]:
        visits = visit_service_pb2_grpc.VisitServiceStub(self._channels[0])
        found = {}
        for row, event_id in events.items():
            said = await visits.ExplainEvent(
                visit_service_pb2.ExplainEventRequest(event_id=event_id), metadata=self._admin
            )
            best = said.candidates[0].customer_id if said.candidates else ""
            found[row] = Told(said.customer_id, best, said.rule == "below_match_gate")
        return found

    async def owners(self, customer_ids: set[str]) -> dict[str, str]:
        """By track, whom it was matched with, before people were merged."""
        customers = customer_service_pb2_grpc.CustomerServiceStub(self._channels[0])
        found: dict[str, str] = {}
        for customer_id in customer_ids:
            request = customer_service_pb2.ListSightingsRequest(customer_id=customer_id, page_size=PAGE)
            page = await customers.ListSightings(request, metadata=self._admin)
            found.update((each.track_id, each.customer_id) for each in page.sightings)
        return found

    async def accept_suggestions(self) -> dict[str, int]:
        """Looks for suggestions and accepts all of them. Returns how many of each kind."""
        customers = customer_service_pb2_grpc.CustomerServiceStub(self._channels[0])
        refresh = customer_service_pb2.RefreshMergeSuggestionsRequest()
        await customers.RefreshMergeSuggestions(refresh, metadata=self._admin)
        accepted: dict[str, int] = {}
        while True:
            request = customer_service_pb2.ListMergeSuggestionsRequest(page_size=1)
            page = await customers.ListMergeSuggestions(request, metadata=self._admin)
            if not page.suggestions:
                return accepted
            [suggestion] = page.suggestions
            await customers.AcceptMergeSuggestion(
                customer_service_pb2.AcceptMergeSuggestionRequest(suggestion_id=suggestion.suggestion_id),
                metadata=self._admin,
            )
            kind = customer_service_pb2.MergeSuggestionKind.Name(suggestion.kind)
            name = kind.removeprefix("MERGE_SUGGESTION_KIND_").lower()
            accepted[name] = accepted.get(name, 0) + 1

    async def _sign_in(self, **credentials: Any) -> Metadata:
        auth = auth_service_pb2_grpc.AuthServiceStub(self._channels[0])
        token = await auth.IssueToken(auth_service_pb2.IssueTokenRequest(**credentials))
        return (("authorization", f"Bearer {token.access_token}"),)


def _event(faces: Pictures, row: int, camera_id: str, at: datetime) -> face_event_pb2.FaceEvent:
    event_id = str(new_id())
    return face_event_pb2.FaceEvent(
        event_id=event_id,
        track_id=event_id,
        camera_id=camera_id,
        first_seen_time=to_timestamp(at),
        last_seen_time=to_timestamp(at + timedelta(seconds=2)),
        final=True,
        embedding=face_event_pb2.Embedding(
            model_id=DEFAULT_EMBEDDER, vector=faces.vectors[row].astype("<f4").tobytes()
        ),
        detection_score=0.9,
        quality=face_event_pb2.FaceQuality(
            **dict(zip(PARTS, map(float, faces.quality[row]), strict=True)),
            reasons=[int(each) for each in faces.reasons(row)],
        ),
        shot_count=1,
    )


def figures(
    faces: Pictures,
    order: Sequence[int],
    events: dict[int, str],
    told: dict[int, Told],
    owners: dict[str, str],
) -> Figures:
    """What the answers add up to. A customer was made for the person of its first own event."""
    founder: dict[str, int] = {}
    first: dict[int, str] = {}
    wrong = split = waiting = seen_before = right = 0
    for row in order:
        owner = owners.get(events[row], "")
        founder.setdefault(owner, int(faces.people[row]))
    for row in order:
        person, said = int(faces.people[row]), told[row]
        if said.best_id and person in first and said.best_id in founder:
            seen_before += 1
            right += founder[said.best_id] == person
        if not said.customer_id:
            waiting += 1
            continue
        wrong += founder[said.customer_id] != person
        split += first.setdefault(person, said.customer_id) != said.customer_id
    ids = {said.customer_id for said in told.values() if said.customer_id}
    people = len(set(map(int, faces.people)))
    count = len(order)
    return Figures(
        people=people,
        events=count,
        ids=len(ids),
        ratio=round(len(ids) / people, 4),
        false_merge_share=round(wrong / count, 5),
        split_share=round(split / count, 5),
        unresolved_share=round(waiting / count, 5),
        unrecognisable_share=round(sum(each.too_poor for each in told.values()) / count, 5),
        rank1=round(right / max(seen_before, 1), 5),
    )


class Bench:
    """All seeds against one stack."""

    def __init__(self, target: Target, faces: Pictures) -> None:
        self._target = target
        self._faces = faces

    async def seed(self, seed: int, *, nightly: bool) -> dict[str, Any]:
        """One tenant: what holds at once, and after the suggestions."""
        channels = [grpc.aio.insecure_channel(core) for core in self._target.cores]
        try:
            began = time.monotonic()
            chain = Chain(self._target, channels)
            await chain.open(f"Seed {seed}")
            order = [int(row) for row in np.random.default_rng(seed).permutation(len(self._faces.people))]
            events = await chain.record(self._faces, order, seed)
            online = await self._figures(chain, order, events)
            found: dict[str, Any] = {"seed": seed, "online": asdict(online)}
            if nightly:
                found["accepted"] = await chain.accept_suggestions()
                found["nightly"] = asdict(await self._figures(chain, order, events))
            sys.stderr.write(f"seed {seed}: {json.dumps(found)} in {time.monotonic() - began:.0f} s\n")
            return found
        finally:
            for channel in channels:
                await channel.close()

    async def _figures(self, chain: Chain, order: Sequence[int], events: dict[int, str]) -> Figures:
        told = await chain.told(events)
        owners = await chain.owners({each.customer_id for each in told.values() if each.customer_id})
        return figures(self._faces, order, events, told, owners)


def worst(runs: Sequence[dict[str, Any]], when: str) -> dict[str, Any]:
    """Of each figure what is furthest from what it should be, over all seeds."""
    found = [run[when] for run in runs]
    ratio = max((each["ratio"] for each in found), key=lambda each: abs(each - 1))
    return {
        "people": found[0]["people"],
        "events": found[0]["events"],
        "ids": round(ratio * found[0]["people"]),
        "ratio": ratio,
        **{
            name: max(each[name] for each in found)
            for name in ("false_merge_share", "split_share", "unresolved_share", "unrecognisable_share")
        },
        "rank1": min(each["rank1"] for each in found),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Customers made per person, on real pictures.")
    parser.add_argument("--faces", type=Path, help="a folder with labels.csv (file, identity)")
    parser.add_argument("--seeds", type=int, default=5, help="how many, from 1 on")
    parser.add_argument("--curve", action="store_true", help="also by target rate, one seed each")
    parser.add_argument("--plot", type=Path, default=CACHE / "identity.png", metavar="PNG")
    options = parser.parse_args()
    folder = options.faces or ROOT.parent / "shared" / "faces"
    if not (folder / "labels.csv").is_file():
        parser.error(f"there is no labels.csv in {folder}: name a folder of pictures with --faces")
    faces = pictures(folder, ModelStore(), CACHE).of_people_seen_again()
    with own_stack(replicas=2) as target:
        bench = Bench(target, faces)
        runs = [asyncio.run(bench.seed(seed, nightly=True)) for seed in range(1, options.seeds + 1)]
    curve = [{"target_rate": 0.001, **runs[0]["online"]}]
    for rate in CURVE if options.curve else ():
        with own_stack(
            replicas=2, settings={"FOOTFALL_SERVER_RECOGNITION__TARGET_RATE": str(rate)}
        ) as target:
            run = asyncio.run(Bench(target, faces).seed(1, nightly=False))
        curve.append({"target_rate": rate, **run["online"]})
    options.plot.parent.mkdir(parents=True, exist_ok=True)
    plot(runs, sorted(curve, key=lambda each: each["target_rate"]), options.plot)
    answer = {**worst(runs, "online"), "nightly": worst(runs, "nightly"), "seeds": runs, "curve": curve}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
