"""Word of changes, between the wire and the domain."""

from collections.abc import Collection, Iterable, Mapping

from footfall.v1 import (
    camera_control_service_pb2,
    camera_service_pb2,
    live_service_pb2,
    visit_service_pb2,
)

from footfall_server.domain.change import Change, ChangeKind, Topic
from footfall_server.live.watch import WatchItem
from footfall_server.rpc.convert_faces import to_outcome
from footfall_server.rpc.convert_places import to_camera
from footfall_server.rpc.convert_values import to_timestamp
from footfall_server.rpc.convert_visits import to_visit
from footfall_server.rpc.convert_workers import to_health, to_worker

_TOPICS: Mapping["live_service_pb2.Topic", frozenset[Topic]] = {
    live_service_pb2.TOPIC_VISITS: frozenset({Topic.VISITS}),
    live_service_pb2.TOPIC_WORKERS: frozenset({Topic.WORKERS}),
    live_service_pb2.TOPIC_CAMERAS: frozenset({Topic.CAMERAS, Topic.CAMERA_HEALTH}),
    live_service_pb2.TOPIC_SIGHTINGS: frozenset({Topic.SIGHTINGS}),
}
_KINDS = {
    ChangeKind.CREATED: live_service_pb2.CHANGE_KIND_CREATED,
    ChangeKind.UPDATED: live_service_pb2.CHANGE_KIND_UPDATED,
    ChangeKind.DELETED: live_service_pb2.CHANGE_KIND_DELETED,
}


def from_topics(topics: Iterable["live_service_pb2.Topic"]) -> Collection[Topic]:
    """What to watch: everything that the wire knows when nothing is named."""
    named = [_TOPICS[topic] for topic in topics] or _TOPICS.values()
    return frozenset().union(*named)


def to_watch_response(item: WatchItem) -> live_service_pb2.WatchResponse:
    response = live_service_pb2.WatchResponse(revision=item.revision)
    if item.committed_at is not None:
        response.commit_time.CopyFrom(to_timestamp(item.committed_at))
    if item.change is not None:
        match item.change.topic:
            case Topic.VISITS:
                response.visit.CopyFrom(_visit_change(item.change, item))
            case Topic.WORKERS:
                response.worker.CopyFrom(_worker_change(item.change, item))
            case Topic.CAMERAS | Topic.CAMERA_HEALTH:
                response.camera.CopyFrom(_camera_change(item.change, item))
            case Topic.SIGHTINGS:
                response.sighting.CopyFrom(_sighting_change(item.change, item))
    return response


def _visit_change(change: Change, item: WatchItem) -> live_service_pb2.VisitChange:
    gone = visit_service_pb2.Visit(visit_id=str(change.resource_id), site_id=str(change.site_id))
    return live_service_pb2.VisitChange(
        kind=_KINDS[change.kind], visit=gone if item.visit is None else to_visit(item.visit)
    )


def _sighting_change(change: Change, item: WatchItem) -> live_service_pb2.SightingChange:
    message = live_service_pb2.SightingChange(
        kind=_KINDS[change.kind], track_id=str(change.resource_id), site_id=str(change.site_id)
    )
    if (sighting := item.sighting) is not None:
        message.camera_id = str(sighting.camera_id)
        message.outcome = to_outcome(sighting.outcome)
        message.first_seen_time.CopyFrom(to_timestamp(sighting.first_seen_at))
        message.last_seen_time.CopyFrom(to_timestamp(sighting.last_seen_at))
    return message


def _worker_change(change: Change, item: WatchItem) -> live_service_pb2.WorkerChange:
    gone = camera_control_service_pb2.Worker(worker_id=str(change.resource_id), site_id=str(change.site_id))
    return live_service_pb2.WorkerChange(
        kind=_KINDS[change.kind], worker=gone if item.worker is None else to_worker(item.worker)
    )


def _camera_change(change: Change, item: WatchItem) -> live_service_pb2.CameraChange:
    if item.camera is None:
        gone = camera_service_pb2.Camera(camera_id=str(change.resource_id), site_id=str(change.site_id))
        return live_service_pb2.CameraChange(kind=_KINDS[change.kind], camera=gone)
    camera, reader = item.camera.camera, item.camera.reader
    shown = to_camera(camera, item.camera.holder_id)
    message = live_service_pb2.CameraChange(kind=_KINDS[change.kind], camera=shown)
    health = None if reader is None else reader.health_of(camera.camera_id)
    if reader is not None and health is not None:
        message.health.CopyFrom(to_health(health))
        message.worker_id = str(reader.worker_id)
    return message
