"""What tests leave people out with."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import numpy as np
from fakes.erasures import an_erasure_key
from fakes.face_examiner import picture_of
from fakes.memory_tables import TenantTables
from footfall.v1 import opt_out_service_pb2
from footfall_server.auth.opt_out_seal import OptOutSeal
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.opt_out import OptOut
from footfall_server.ports import TimeCursor
from google.protobuf.message import Message


def an_opt_out_seal(number: int = 1) -> OptOutSeal:
    """That of the tests' installation, or of another one."""
    return an_erasure_key(number).opt_out_seal()


class MemoryOptOuts:
    """Implements OptOutRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def add(self, opt_out: OptOut, request_id: UUID | None) -> None:
        self._tables.opt_outs[opt_out.opt_out_id] = opt_out
        if request_id is not None:
            self._tables.opt_out_requests[request_id] = opt_out.opt_out_id

    async def requested(self, request_id: UUID) -> OptOut | None:
        known = self._tables.opt_out_requests.get(request_id)
        return None if known is None else self._tables.opt_outs.get(known)

    async def list(self, ticket: str, *, before: TimeCursor | None, limit: int) -> Sequence[OptOut]:
        found = [each for each in self._tables.opt_outs.values() if not ticket or each.ticket == ticket]
        if before is not None:
            found = [each for each in found if _key(each) < (before.at, before.resource_id)]
        return sorted(found, key=_key, reverse=True)[:limit]

    async def count(self) -> int:
        return len(self._tables.opt_outs)

    async def delete(self, opt_out_id: UUID) -> bool:
        return self._tables.opt_outs.pop(opt_out_id, None) is not None

    async def of_model(self, model_id: str) -> frozenset[UUID]:
        there = self._tables.opt_outs.values()
        return frozenset(each.opt_out_id for each in there if model_id in each.sealed)

    async def sealed(self, opt_out_ids: Collection[UUID], model_id: str) -> Mapping[UUID, bytes]:
        there = [self._tables.opt_outs[each] for each in opt_out_ids if each in self._tables.opt_outs]
        return {each.opt_out_id: each.sealed[model_id] for each in there if model_id in each.sealed}

    async def mark_tracks(self, digests: Collection[bytes], at: datetime) -> None:
        for digest in digests:
            self._tables.opt_out_tracks.setdefault(digest, at)

    async def forget_tracks(self, before: datetime) -> int:
        old = [digest for digest, at in self._tables.opt_out_tracks.items() if at < before]
        for digest in old:
            del self._tables.opt_out_tracks[digest]
        return len(old)


def _key(opt_out: OptOut) -> tuple[datetime, UUID]:
    return opt_out.created_at, opt_out.opt_out_id


def open_opt_out(tables: TenantTables, at: datetime) -> UUID:
    """The id of an opt-out of somebody who was known by a model that is used no more."""
    opt_out = OptOut(
        opt_out_id=new_id(),
        ticket="OUT-4",
        created_by=new_id(),
        created_at=at,
        erasure_id=None,
        sealed={"former": np.ones(40, np.uint8).tobytes()},
    )
    tables.opt_outs[opt_out.opt_out_id] = opt_out
    return opt_out.opt_out_id


def opt_out_requests(opt_out_id: str, subject_id: str, person: int) -> Mapping[str, Sequence[Message]]:
    """Good requests for every RPC about opt-outs, by the method's name on the wire."""
    pb = opt_out_service_pb2
    good: Mapping[str, Sequence[Message]] = {
        "CreateOptOut": [
            pb.CreateOptOutRequest(
                subject_id=subject_id, ticket="OUT-5", consent_given=True, request_id=str(new_id())
            ),
            pb.CreateOptOutRequest(image=picture_of(person, 3), consent_given=True),
        ],
        "ListOptOuts": [pb.ListOptOutsRequest(ticket="OUT-4", page_size=1)],
        "DeleteOptOut": [pb.DeleteOptOutRequest(opt_out_id=opt_out_id)],
    }
    return {f"/footfall.v1.OptOutService/{method}": requests for method, requests in good.items()}
