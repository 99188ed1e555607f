"""A command is done once, in its turn, in its time, and always answered."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.edge_samples import CAMERA_ID, NOON
from footfall.v1 import camera_command_pb2
from footfall_edge.commands.command import (
    Command,
    CommandFailedError,
    CommandKind,
    CommandResult,
    CommandState,
    Done,
)
from footfall_edge.commands.desk import CommandDesk, Handler
from footfall_edge.commands.memory import CommandMemory
from footfall_edge.identifiers import new_id
from footfall_edge.link.command_duty import from_command, to_command_result

OTHER_CAMERA = "0199aaaa-0000-7000-8000-000000000002"


class World:
    """A desk whose handlers wait until they are let go, and the two clocks."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.core: datetime | None = NOON
        self.wall = NOON - timedelta(hours=1)
        self.begun: list[tuple[str, str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.fails: Exception | None = None
        self.desk = self.new_desk()

    def new_desk(self) -> CommandDesk:
        return CommandDesk(
            handlers=self.handlers(),
            memory=CommandMemory(self.path),
            core_now=lambda: self.core,
            wall=lambda: self.wall,
        )

    def handlers(self) -> Mapping[CommandKind, Handler]:
        async def do(kind: CommandKind, camera_id: str) -> Done:
            self.begun.append((kind.value, camera_id))
            await self.gate.wait()
            if self.fails:
                raise self.fails
            return Done(jpeg=b"jpeg", captured=NOON) if kind is CommandKind.SNAPSHOT else Done()

        def handler(kind: CommandKind) -> Handler:
            return lambda camera_id: do(kind, camera_id)

        return {kind: handler(kind) for kind in CommandKind if kind is not CommandKind.ASSIGN}

    async def ask(self, command: Command) -> CommandResult:
        self.desk.take(command)
        async with asyncio.timeout(5):
            return await self.desk.next_answer()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path / "command_results.json")
    yield world
    await world.desk.close()


def command(
    kind: CommandKind | None = CommandKind.STOP,
    *,
    command_id: str = "",
    camera_id: str = CAMERA_ID,
    expires: datetime | None = NOON + timedelta(seconds=10),
) -> Command:
    return Command(command_id=command_id or new_id(), camera_id=camera_id, kind=kind, expires=expires)


async def turns(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_what_was_done_is_answered_as_the_first_time(world: World) -> None:
    stop = command()
    first = await world.ask(stop)
    assert first.state is CommandState.SUCCEEDED
    world.fails = RuntimeError("not again")
    world.wall += timedelta(minutes=5)
    world.core = NOON + timedelta(days=1)
    assert await world.ask(stop) == first, "also after its time, with the first finish time"
    assert world.begun == [("stop", CAMERA_ID)]


async def test_also_after_a_restart_of_the_worker(world: World) -> None:
    stop = command()
    first = await world.ask(stop)
    world.desk = world.new_desk()
    assert await world.ask(stop) == first
    assert len(world.begun) == 1
    assert world.path.stat().st_mode & 0o077 == 0


async def test_one_that_is_under_way_is_not_begun_again_and_answered_once(world: World) -> None:
    world.gate.clear()
    stop = command()
    world.desk.take(stop)
    await turns()
    world.desk.take(stop)
    await turns()
    world.gate.set()
    async with asyncio.timeout(5):
        await world.desk.next_answer()
    await turns()
    assert world.desk._answers.empty()
    assert len(world.begun) == 1


async def test_nothing_is_begun_after_its_time_by_the_cores_clock(world: World) -> None:
    world.wall = NOON + timedelta(days=1)
    assert (await world.ask(command())).state is CommandState.SUCCEEDED, "the wall clock does not matter"
    world.core = NOON + timedelta(seconds=10)
    late = await world.ask(command())
    assert late.state is CommandState.EXPIRED
    assert len(world.begun) == 1


async def test_a_worker_that_never_heard_the_cores_clock_goes_by_its_own(world: World) -> None:
    world.core = None
    world.wall = NOON + timedelta(seconds=11)
    assert (await world.ask(command())).state is CommandState.EXPIRED


async def test_time_that_passes_in_the_queue_counts(world: World) -> None:
    world.gate.clear()
    world.desk.take(command(CommandKind.RESTART))
    world.desk.take(command(CommandKind.STOP))
    await turns()
    world.core = NOON + timedelta(seconds=11)
    world.gate.set()
    async with asyncio.timeout(5):
        states = [(await world.desk.next_answer()).state for _ in range(2)]
    assert states == [CommandState.SUCCEEDED, CommandState.EXPIRED]
    assert world.begun == [("restart", CAMERA_ID)]


async def test_a_camera_does_one_thing_at_a_time_and_another_camera_does_not_wait(world: World) -> None:
    world.gate.clear()
    world.desk.take(command(CommandKind.RESTART))
    world.desk.take(command(CommandKind.STOP))
    world.desk.take(command(CommandKind.STOP, camera_id=OTHER_CAMERA))
    await turns()
    assert sorted(world.begun) == [("restart", CAMERA_ID), ("stop", OTHER_CAMERA)]


async def test_an_unknown_kind_fails_and_says_so(world: World) -> None:
    for kind in (None, CommandKind.ASSIGN):
        result = await world.ask(command(kind))
        assert result.state is CommandState.FAILED
        assert "does not know" in result.detail


async def test_what_cannot_be_done_says_why_and_a_breakdown_says_no_secret(world: World) -> None:
    world.fails = CommandFailedError("the camera is stopped: start it first")
    assert (await world.ask(command())).detail == "the camera is stopped: start it first"
    world.fails = RuntimeError("rtsp://u:secret@cam")
    broken = await world.ask(command())
    assert broken.state is CommandState.FAILED
    assert "secret" not in broken.detail
    world.fails = None
    assert (await world.ask(command())).state is CommandState.SUCCEEDED, "the camera's turn came again"


async def test_too_many_at_once_are_refused_and_may_come_again(world: World) -> None:
    world.gate.clear()
    for _ in range(64):
        world.desk.take(command())
    one_more = command()
    assert (await world.ask(one_more)).state is CommandState.FAILED
    world.gate.set()
    async with asyncio.timeout(5):
        for _ in range(64):
            await world.desk.next_answer()
    await turns()
    assert (await world.ask(one_more)).state is CommandState.SUCCEEDED


async def test_a_picture_is_kept_in_memory_and_never_on_the_disk(world: World) -> None:
    snapshots = [command(CommandKind.SNAPSHOT) for _ in range(5)]
    for snapshot in snapshots:
        assert (await world.ask(snapshot)).jpeg == b"jpeg"
    assert (await world.ask(snapshots[-1])).jpeg == b"jpeg"
    assert len(world.begun) == 5, "the newest is answered from memory"
    await world.ask(snapshots[0])
    assert len(world.begun) == 6, "the oldest has to be taken again"
    assert "jpeg" not in world.path.read_text()
    assert "jpeg" not in repr(await world.ask(snapshots[-1]))


def test_the_memory_forgets_the_oldest(tmp_path: Path) -> None:
    memory = CommandMemory(tmp_path / "results.json")
    results = [
        CommandResult(command_id=new_id(), state=CommandState.FAILED, finished=NOON) for _ in range(300)
    ]
    for result in results:
        memory.keep(result)
    assert memory.find(results[43].command_id) is None
    assert memory.find(results[44].command_id) == results[44]
    assert len(json.loads((tmp_path / "results.json").read_text())) == 256


@pytest.mark.parametrize("text", ["", "{", '{"a": 1}', "[1]", '[{"command_id": "x"}]'])
async def test_a_damaged_memory_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "results.json").write_text(text)
    assert CommandMemory(tmp_path / "results.json").find("x") is None


def test_a_command_is_read_from_the_wire() -> None:
    message = camera_command_pb2.EdgeCommand(
        command_id=new_id().upper(), camera_id=CAMERA_ID, kind=camera_command_pb2.COMMAND_KIND_STOP
    )
    read = from_command(message)
    assert read is not None
    assert (read.command_id, read.kind, read.expires) == (
        message.command_id.lower(),
        CommandKind.STOP,
        None,
    )
    message.kind = 99  # type: ignore[assignment]
    newer = from_command(message)
    assert newer is not None
    assert newer.kind is None
    message.command_id = "nonsense"
    assert from_command(message) is None


@pytest.mark.parametrize("state", list(CommandState))
def test_every_state_has_its_name_on_the_wire(state: CommandState) -> None:
    result = CommandResult(command_id=new_id(), state=state, finished=datetime.now(UTC), detail="x" * 900)
    message = to_command_result(result).command_result
    assert camera_command_pb2.CommandState.Name(message.state) == f"COMMAND_STATE_{state.name}"
    assert len(message.detail) == 500


@pytest.mark.parametrize("kind", list(CommandKind))
def test_every_kind_is_known_from_the_wire(kind: CommandKind) -> None:
    number = camera_command_pb2.CommandKind.Value(f"COMMAND_KIND_{kind.name}")
    message = camera_command_pb2.EdgeCommand(command_id=new_id(), kind=number)
    read = from_command(message)
    assert read is not None
    assert read.kind is kind
