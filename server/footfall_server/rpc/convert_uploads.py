"""Uploads of images, between the wire and the domain."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from footfall.v1 import ingest_service_pb2

from footfall_server.rpc.convert_values import to_timestamp
from footfall_server.services.images import UploadGrants, UploadReceipt


def from_image_ids(image_ids: Iterable[str]) -> Sequence[UUID]:
    return [UUID(image_id) for image_id in image_ids]


def to_upload_grants(grants: UploadGrants) -> ingest_service_pb2.ConnectResponse:
    return ingest_service_pb2.ConnectResponse(
        upload_grants=ingest_service_pb2.UploadGrants(
            grants=[
                ingest_service_pb2.UploadGrant(
                    image_id=str(grant.image_id),
                    put_url=grant.put_url,
                    expire_time=to_timestamp(grant.expires_at),
                )
                for grant in grants.granted
            ],
            unwanted_image_ids=[str(image_id) for image_id in grants.unwanted],
        )
    )


def to_upload_receipt(receipt: UploadReceipt) -> ingest_service_pb2.ConnectResponse:
    return ingest_service_pb2.ConnectResponse(
        upload_receipt=ingest_service_pb2.UploadReceipt(
            stored_image_ids=[str(image_id) for image_id in receipt.stored],
            missing_image_ids=[str(image_id) for image_id in receipt.missing],
        )
    )
