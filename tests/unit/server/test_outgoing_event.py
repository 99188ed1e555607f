"""What leaves the house: ids, kinds and times, and the same bytes every time."""

import json
from itertools import product
from uuid import UUID

from fakes.manual_clock import START
from footfall_server.domain.change import Change, ChangeKind, Topic
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.outgoing_event import EventType, OutgoingEvent, event_type_of

TENANT = UUID("0199aaaa-0000-7000-8000-000000000001")


def a_change(topic: Topic = Topic.VISITS, kind: ChangeKind = ChangeKind.CREATED, revision: int = 7) -> Change:
    return Change(revision, topic, kind, new_id(), new_id(), START)


def test_a_body_names_things_and_says_nothing_about_them() -> None:
    for topic, kind in product(Topic, ChangeKind):
        if topic is Topic.CAMERA_HEALTH and kind is not ChangeKind.UPDATED:
            continue
        change = a_change(topic, kind)
        said = json.loads(OutgoingEvent.of(TENANT, change).body())
        assert said.keys() == {"id", "type", "timestamp", "data"}
        assert said["type"] == event_type_of(topic, kind)
        assert said["timestamp"] == "2026-03-02T09:00:00Z"
        data = said["data"]
        ids = {"visit_id", "track_id", "worker_id", "camera_id"}
        assert len(data.keys() & ids) == 1
        assert data.keys() - ids == {"tenant_id", "site_id", "revision"}
        [named] = data.keys() & ids
        assert data[named] == str(change.resource_id)
        assert (data["tenant_id"], data["site_id"]) == (str(TENANT), str(change.site_id))


def test_whoever_makes_the_event_of_a_change_makes_the_same() -> None:
    change = a_change()
    first, again = OutgoingEvent.of(TENANT, change), OutgoingEvent.of(TENANT, change)
    assert (first, first.body()) == (again, again.body())
    others = [OutgoingEvent.of(TENANT, a_change(revision=8)), OutgoingEvent.of(new_id(), change)]
    assert len({first.event_id, *(each.event_id for each in others)}) == 3


def test_a_test_is_about_nothing() -> None:
    event = OutgoingEvent.test(TENANT, START)
    said = json.loads(event.body())
    assert said == {
        "id": str(event.event_id),
        "type": EventType.TEST,
        "timestamp": "2026-03-02T09:00:00Z",
        "data": {"tenant_id": str(TENANT)},
    }
