"""Whatever a replica keeps in memory from call to call is told apart by tenant, or holds nothing of tenants.

The containers come from the source, so a new one is named here with its key, or fails.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from footfall_server import __file__ as package

SERVER = Path(package).parent
CONTAINERS = frozenset(
    {
        "dict",
        "set",
        "list",
        "deque",
        "defaultdict",
        "OrderedDict",
        "Counter",
        "WeakValueDictionary",
        "WeakSet",
    }
)
CACHES = frozenset({"cache", "lru_cache", "cached_property"})

BY_TENANT: Mapping[str, str] = {
    "fair_turns.py FairTurns._served": "whose turn it is: the tenant, of calls that act for one",
    "fair_turns.py FairTurns._waiting": "whose turn it is: the tenant, of calls that act for one",
    "live/change_feed.py ChangeFeed._bells": "tenant",
    "live/change_feed.py TenantBell._changed": "the tenants themselves; for the core's own jobs",
    "live/change_feed.py ChangeFeed._word_bells": "a word, which begins with the tenant",
    "live/previews.py Previews._audiences": "tenant, site, camera",
    "live/previews.py _Audience.slots": "one camera's watchers: see Previews._audiences",
    "live/edge_registry.py EdgeRegistry._sessions": "tenant, worker",
    "services/batching.py MicroBatcher._queues": "tenant",
    "services/face_ingest.py FaceIngest._recents": "tenant, model",
    "services/fallback_galleries.py FallbackGalleries._held": "tenant, model",
    "services/opt_out_guard.py OptOutGuard._held": "tenant, model",
    "services/shares.py BucketTable._buckets": "caller, tenant or address; what is held is a number of calls",
    "services/shares.py Shares._open_streams": "caller or tenant; what is held is a number of streams",
    "services/staff_imports.py StaffImports._running": "tenant; what is held is an import's id",
    "services/staff_galleries.py StaffGalleries._known": "tenant, model; what is held is a version",
    "services/tenant_models.py TenantModels._remembered": "tenant",
    "services/webhook_delivery.py WebhookDeliveries._turns": "running tasks, each with its tenant",
}
NOTHING_OF_TENANTS: Mapping[str, str] = {
    "auth/keys.py KeyRing._secrets": "secrets of the installation, by signing key and purpose",
    "live/change_feed.py ChangeFeed._access_bells": "who waits for word that somebody's access ended",
    "live/change_feed.py ChangeFeed._listeners": "who waits for word of workers",
    "live/change_feed.py ChangeFeed._tenant_bells": "who waits for changes of any tenant",
    "live/revocation_list.py RevocationList._watchers": "running streams, each with its caller, to be ended",
    "services/batching.py MicroBatcher._tasks": "running tasks",
    "services/job_runner.py JobRunner._asked": "running tasks",
    "services/resilient_search.py ResilientSearch._breakers": "whether a model's collection answers",
    "services/sites.py _known_zones": "names of time zones",
    "loaded_models.py LoadedModels._embedders": "models",
    "rpc/interceptors/behaviour.py BehaviourInterceptor._handlers": "methods",
    "rpc/interceptors/call_limits.py _Refusals._told_at": "when the log was told of a limit, by its name",
    "rpc/interceptors/call_limits.py _Refusals._untold": "how often a limit was met, by its name",
    "rpc/interceptors/calls_in_hand.py CallsInHand._calls": "running calls, to be waited for",
    "rpc/interceptors/stream_lifetimes.py Drain._streams": "running streams, to be ended",
    "storage/postgres/notifications.py PostgresChangeSource._readers": "who reads the notifications",
    "storage/postgres/notifications.py NotificationReader._queue": "which tenants changed, for ChangeFeed",
    "services/resilient_search.py _Breaker.tenants": "the tenants themselves; for the core's own jobs",
    "services/batching.py _Queue.items": "one tenant's queue: see MicroBatcher._queues",
    "storage/milvus/blocking.py _Known.shapes": "how collections were made",
    "storage/milvus/blocking.py _Known.partitions": "collection, tenant's partition: that it is there",
    "rpc/call_costs.py Cost.weights": "what calls cost, by a value of a request",
    "services/legible_text.py font_signs": "the signs of a font",
    "rpc/message_sizes.py": "sizes that the proto allows",
}
OF_ONE_CALL: frozenset[str] = frozenset(
    {
        # Made for one batch, stream, page or statement, and gone with it.
        "domain/",
        "services/ingest_batch.py",
        "services/recogniser.py",
        "services/identity_ledger.py",
        "services/recording.py",
        "services/visit_book.py",
        "services/reclustering.py _Population",
        "services/import_people.py ImportPeople",
        "storage/milvus/tenancy.py TenantPlace",
        # Written by whoever runs the installation.
        "settings.py",
        "storage/index_settings.py",
        "rpc/event_intake.py",
        "rpc/edge_link.py",
        "live/preview_source.py",
    }
)


def kept() -> Iterator[str]:
    """Attributes that begin as an empty container, and cached functions, by file."""
    for path in sorted(SERVER.rglob("*.py")):
        place = path.relative_to(SERVER).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                yield from (f"{place} {node.name}.{name}" for name in _containers(node))
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
                _name(each) in CACHES for each in node.decorator_list
            ):
                yield f"{place} {node.name}"


def _containers(owner: ast.ClassDef) -> Iterator[str]:
    for node in owner.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if _begins_empty(value):
                yield name
    for node in ast.walk(owner):
        match node:
            case (
                ast.AnnAssign(target=ast.Attribute(value=ast.Name(id="self"), attr=name), value=value)
                | ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)], value=value)
            ) if _begins_empty(value):
                yield name


def _begins_empty(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Dict | ast.Set | ast.List):
        return ast.unparse(value) in {"{}", "[]"}
    if not isinstance(value, ast.Call):
        return False
    factories = [_name(each.value) for each in value.keywords if each.arg == "default_factory"]
    return (_name(value.func) in CONTAINERS and not value.args) or bool(CONTAINERS.intersection(factories))


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=function) | ast.Subscript(value=function):
            return _name(function)
        case _:
            return ""


def test_every_container_says_how_tenants_are_told_apart() -> None:
    named = {*BY_TENANT, *NOTHING_OF_TENANTS}
    unnamed = [
        each
        for each in kept()
        if each not in named
        and each.partition(" ")[0] not in named
        and not any(each.startswith(place) for place in OF_ONE_CALL)
    ]
    assert not unnamed, f"say here by what tenants are told apart in {unnamed}"


def test_the_list_names_what_is_there() -> None:
    there = set(kept())
    gone = [
        each
        for each in (*BY_TENANT, *NOTHING_OF_TENANTS)
        if each not in there and not any(found.startswith(f"{each} ") for found in there)
    ]
    assert not gone, f"these are kept no more: {gone}"
