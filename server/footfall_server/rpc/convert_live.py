"""Word of changes, between the wire and the domain."""

from collections.abc import Collection, Iterable

from footfall.v1 import live_service_pb2, visit_service_pb2

from footfall_server.domain.change import Change, ChangeKind, Topic
from footfall_server.live.watch import WatchItem
from footfall_server.rpc.convert_values import to_timestamp
from footfall_server.rpc.convert_visits import to_visit

_TOPICS = {live_service_pb2.TOPIC_VISITS: Topic.VISITS}
_KINDS = {
    ChangeKind.CREATED: live_service_pb2.CHANGE_KIND_CREATED,
    ChangeKind.UPDATED: live_service_pb2.CHANGE_KIND_UPDATED,
    ChangeKind.DELETED: live_service_pb2.CHANGE_KIND_DELETED,
}


def from_topics(topics: Iterable[live_service_pb2.Topic]) -> Collection[Topic]:
    """What to watch: everything that the wire knows when nothing is named."""
    return frozenset(_TOPICS[topic] for topic in topics) or frozenset(_TOPICS.values())


def to_watch_response(item: WatchItem) -> live_service_pb2.WatchResponse:
    response = live_service_pb2.WatchResponse(revision=item.revision)
    if item.committed_at is not None:
        response.commit_time.CopyFrom(to_timestamp(item.committed_at))
    if item.change is not None and item.change.topic is Topic.VISITS:
        response.visit.CopyFrom(_visit_change(item.change, item))
    return response


def _visit_change(change: Change, item: WatchItem) -> live_service_pb2.VisitChange:
    gone = visit_service_pb2.Visit(visit_id=str(change.resource_id), site_id=str(change.site_id))
    return live_service_pb2.VisitChange(
        kind=_KINDS[change.kind], visit=gone if item.visit is None else to_visit(item.visit)
    )
