"""The list of who is left out: kept, found again, its templates by model, and marks that say nothing."""

import secrets
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from footfall_server.domain.batch import BatchQuestions
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.opt_out import OptOut
from footfall_server.ports import TimeCursor, Transactions
from storage_samples import NOON, minutes

MODEL, OTHER_MODEL = "model-a", "model-b"


def an_opt_out(ticket: str = "", *, at: datetime = NOON, **fields: object) -> OptOut:
    opt_out = OptOut(
        opt_out_id=new_id(),
        ticket=ticket,
        created_by=new_id(),
        created_at=at,
        erasure_id=new_id(),
        sealed={MODEL: secrets.token_bytes(60)},
    )
    return replace(opt_out, **fields)  # type: ignore[arg-type]


async def test_an_opt_out_is_found_as_it_was_made(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    opt_out = an_opt_out("OUT-1", sealed={MODEL: b"a" * 60, OTHER_MODEL: b"b" * 90})
    bare = an_opt_out(created_by=None, erasure_id=None, at=NOON + minutes(1))
    request_id = new_id()
    async with transactions.begin(tenant_id) as tx:
        await tx.opt_outs.add(opt_out, request_id)
        await tx.opt_outs.add(bare, None)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.opt_outs.requested(request_id) == opt_out
        assert await tx.opt_outs.requested(new_id()) is None
        assert await tx.opt_outs.list("", before=None, limit=9) == [bare, opt_out]
        assert await tx.opt_outs.count() == 2
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.opt_outs.requested(request_id) is None
        assert await tx.opt_outs.list("", before=None, limit=9) == []
        assert await tx.opt_outs.count() == 0
        assert await tx.opt_outs.of_model(MODEL) == frozenset()
        assert await tx.opt_outs.sealed([opt_out.opt_out_id], MODEL) == {}
        assert not await tx.opt_outs.delete(opt_out.opt_out_id)


async def test_the_newest_come_first_by_ticket_and_page(transactions: Transactions, tenant_id: UUID) -> None:
    made = [an_opt_out("A" if number % 2 else "B", at=NOON + minutes(number)) for number in range(5)]
    async with transactions.begin(tenant_id) as tx:
        for each in made:
            await tx.opt_outs.add(each, None)
        newest = list(reversed(made))
        assert await tx.opt_outs.list("", before=None, limit=2) == newest[:2]
        cursor = TimeCursor(newest[1].created_at, newest[1].opt_out_id)
        assert await tx.opt_outs.list("", before=cursor, limit=9) == newest[2:]
        assert await tx.opt_outs.list("A", before=None, limit=9) == [made[3], made[1]]
        assert await tx.opt_outs.list("C", before=None, limit=9) == []


async def test_templates_are_found_by_model_and_go_with_the_opt_out(
    transactions: Transactions, tenant_id: UUID
) -> None:
    both = an_opt_out(sealed={MODEL: b"a" * 60, OTHER_MODEL: b"b" * 60})
    one = an_opt_out()
    async with transactions.begin(tenant_id) as tx:
        for each in (both, one):
            await tx.opt_outs.add(each, None)
    ids = {both.opt_out_id, one.opt_out_id}
    async with transactions.begin(tenant_id) as tx:
        assert await tx.opt_outs.of_model(MODEL) == ids
        assert await tx.opt_outs.of_model(OTHER_MODEL) == {both.opt_out_id}
        assert await tx.opt_outs.of_model("model-c") == frozenset()
        assert await tx.opt_outs.sealed(ids, OTHER_MODEL) == {both.opt_out_id: b"b" * 60}
        assert await tx.opt_outs.sealed([new_id()], MODEL) == {}
    async with transactions.begin(tenant_id) as tx:
        assert await tx.opt_outs.delete(both.opt_out_id)
        assert not await tx.opt_outs.delete(both.opt_out_id)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.opt_outs.of_model(MODEL) == {one.opt_out_id}
        assert await tx.opt_outs.of_model(OTHER_MODEL) == frozenset()
        assert await tx.opt_outs.sealed(ids, MODEL) == {one.opt_out_id: one.sealed[MODEL]}
        assert await tx.opt_outs.list("", before=None, limit=9) == [one]


async def test_marks_of_tracks_stay_until_they_are_old(transactions: Transactions, tenant_id: UUID) -> None:
    first, second = secrets.token_bytes(32), secrets.token_bytes(32)
    async with transactions.begin(tenant_id) as tx:
        await tx.opt_outs.mark_tracks([first], NOON)
        await tx.opt_outs.mark_tracks([first, second], NOON + minutes(5))
        await tx.opt_outs.mark_tracks([], NOON)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.opt_outs.forget_tracks(NOON) == 0
        assert await tx.opt_outs.forget_tracks(NOON + minutes(1)) == 1
        assert await tx.opt_outs.forget_tracks(NOON + minutes(6)) == 1


async def test_a_batch_is_told_who_is_left_out_and_in_which_of_its_tracks(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    opt_out, former = an_opt_out(), an_opt_out(sealed={OTHER_MODEL: b"b" * 60})
    marked, other = secrets.token_bytes(32), secrets.token_bytes(32)
    async with transactions.begin(tenant_id) as tx:
        for each in (opt_out, former):
            await tx.opt_outs.add(each, None)
        await tx.opt_outs.mark_tracks([marked, secrets.token_bytes(32)], NOON)
    questions = BatchQuestions(
        event_ids=(),
        spans=(),
        image_ids=(),
        model_id=MODEL,
        indexed_after=NOON,
        known_recents=(),
        tombstones={marked, other},
    )
    async with transactions.begin_exclusive(tenant_id) as tx:
        answers = await tx.batches.look_up(questions)
    assert (answers.opt_outs, answers.left_out) == ({opt_out.opt_out_id}, {marked})
    async with transactions.begin_exclusive(other_tenant_id) as tx:
        answers = await tx.batches.look_up(questions)
    assert (answers.opt_outs, answers.left_out) == (frozenset(), frozenset())
