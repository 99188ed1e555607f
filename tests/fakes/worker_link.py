"""A worker's link as app.py puts it together, with cameras that do nothing."""

import aiohttp
from fakes.edge_samples import MODEL_ID, StillCameras
from footfall_edge.backoff import Backoff
from footfall_edge.leases import LeaseBook
from footfall_edge.link.access_token import TokenSource
from footfall_edge.link.channel import open_channel
from footfall_edge.link.core_clock import CoreClock
from footfall_edge.link.core_link import CoreLink
from footfall_edge.link.heartbeats import Heartbeats
from footfall_edge.link.lease_duty import LeaseDuty
from footfall_edge.link.session import WorkerCard
from footfall_edge.spool import Spool
from footfall_edge.uploads import ImageUploader, PresignedStore
from footfall_edge.worker_condition import ConditionReader
from pydantic import SecretStr


def a_link(*, spool: Spool, url: str, api_key: str, http: aiohttp.ClientSession) -> CoreLink:
    """One that comes back soon after it broke."""
    leases, core_clock = LeaseBook(), CoreClock()
    cameras = StillCameras(leases)
    condition = ConditionReader(depth=spool.depth, cameras=cameras.health, execution_provider="cpu")
    heartbeats = Heartbeats(condition=condition.read, core_clock=core_clock, leases=leases)
    return CoreLink(
        dial=lambda: open_channel(url),
        tokens=TokenSource(api_key=SecretStr(api_key)),
        spool=spool,
        cameras=cameras,
        uploader=ImageUploader(spool=spool, store=PresignedStore(http)),
        card=WorkerCard(display_name="Till 1", software_version="0.1.0", model_id=MODEL_ID),
        duties=(LeaseDuty(book=leases, beat_soon=heartbeats.beat_soon), heartbeats),
        backoff=Backoff(first=0.02, limit=0.2),
    )
