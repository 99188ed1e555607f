"""What the store says of missing, damaged and unknown models: one line, with the cure."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from footfall_vision import model_store
from footfall_vision.errors import ModelError
from footfall_vision.model_cards import MODEL_CARDS, ModelTask, model_card
from footfall_vision.model_store import ModelState, ModelStore, default_models_dir
from footfall_vision.onnx_session import open_session

SHA256 = re.compile(r"[0-9a-f]{64}")


def one_line(error: pytest.ExceptionInfo[ModelError]) -> str:
    text = str(error.value)
    assert "\n" not in text
    return text


def test_gives_the_bytes_that_it_verified(tmp_path: Path, make_card: Any) -> None:
    card = make_card(content=b"weights")
    (tmp_path / card.file_name).write_bytes(b"weights")
    store = ModelStore(tmp_path, cards={card.model_id: card})
    assert store.load(card.model_id).content == b"weights"
    assert store.state(card.model_id) is ModelState.READY
    store.require([card.model_id])


def test_a_missing_model_is_told_with_the_command_that_mends_it(tmp_path: Path, make_card: Any) -> None:
    card = make_card()
    store = ModelStore(tmp_path, cards={card.model_id: card})
    assert store.state(card.model_id) is ModelState.MISSING
    with pytest.raises(ModelError) as error:
        store.load(card.model_id)
    text = one_line(error)
    assert f"{tmp_path / card.file_name} is missing" in text
    assert text.endswith(f"run: footfall models pull --dir {tmp_path}")


def test_the_folder_of_the_environment_needs_no_option(
    tmp_path: Path, make_card: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(model_store.MODELS_DIR_VARIABLE, str(tmp_path))
    card = make_card(in_default_set=False)
    with pytest.raises(ModelError) as error:
        ModelStore(cards={card.model_id: card}).load(card.model_id)
    assert one_line(error).endswith("run: footfall models pull toy-1")


def test_a_changed_byte_is_refused(tmp_path: Path, make_card: Any) -> None:
    card = make_card(content=b"weights")
    (tmp_path / card.file_name).write_bytes(b"Weights")
    store = ModelStore(tmp_path, cards={card.model_id: card})
    assert store.state(card.model_id) is ModelState.DAMAGED
    with pytest.raises(ModelError) as error:
        store.load(card.model_id)
    text = one_line(error)
    assert "refused" in text
    assert card.sha256 in text
    assert "footfall models pull" in text


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path, make_card: Any) -> None:
    card = make_card()
    (tmp_path / card.file_name).mkdir()
    store = ModelStore(tmp_path, cards={card.model_id: card})
    assert store.state(card.model_id) is ModelState.DAMAGED
    with pytest.raises(ModelError, match="cannot be read"):
        store.load(card.model_id)


def test_all_that_is_wrong_is_told_in_one_line(tmp_path: Path, make_card: Any) -> None:
    first, second = make_card("toy-1"), make_card("toy-2", content=b"other")
    (tmp_path / second.file_name).write_bytes(b"damaged")
    store = ModelStore(tmp_path, cards={card.model_id: card for card in (first, second)})
    with pytest.raises(ModelError) as error:
        store.require(["toy-1", "toy-2"])
    text = one_line(error)
    assert "toy-1.onnx is missing" in text
    assert "toy-2.onnx is refused" in text


def test_an_unknown_model_names_the_known_ones() -> None:
    with pytest.raises(ModelError, match=r"'nonesuch'.*yunet-2023mar"):
        ModelStore().load("nonesuch")


def test_a_model_for_another_task_is_refused(tmp_path: Path, make_card: Any) -> None:
    card = make_card(task=ModelTask.GENDER)
    store = ModelStore(tmp_path, cards={card.model_id: card})
    with pytest.raises(ModelError, match="is for gender, not for detection"):
        store.load(card.model_id, ModelTask.DETECTION)


def test_without_a_name_the_folder_is_in_the_users_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(model_store.MODELS_DIR_VARIABLE, raising=False)
    assert default_models_dir() == Path.home() / ".cache" / "footfall" / "models"


def test_bytes_that_are_no_model_are_told_in_one_line(tmp_path: Path, make_card: Any) -> None:
    card = make_card(content=b"no model at all")
    (tmp_path / card.file_name).write_bytes(b"no model at all")
    model = ModelStore(tmp_path, cards={card.model_id: card}).load(card.model_id)
    with pytest.raises(ModelError) as error:
        open_session(model)
    assert "cannot be loaded by onnxruntime" in one_line(error)
    with pytest.raises(ModelError, match="threads must be at least 1"):
        open_session(model, threads=0)
    with pytest.raises(ModelError, match="has no AbacusExecutionProvider"):
        open_session(model, providers=["AbacusExecutionProvider"])


@pytest.mark.parametrize("model_id", sorted(MODEL_CARDS))
def test_every_card_is_pinned_and_licensed(model_id: str) -> None:
    card = model_card(model_id)
    for digest in (card.sha256, card.source_sha256, card.carrier.sha256):
        assert SHA256.fullmatch(digest), f"{model_id}: {digest!r} is no SHA-256"
    assert card.size_bytes > 0
    assert card.licence in {"MIT", "Apache-2.0", "CC0-1.0"}, (
        "weights of other licences are not for the registry"
    )
    assert (
        (card.dimension is None) == (card.match_threshold is None) == (card.task is not ModelTask.EMBEDDING)
    )
    assert re.fullmatch(r"[a-z0-9][a-z0-9._-]*", model_id), "not a model_id that the wire accepts"
    assert len(json.dumps(str(card.preprocessing))) > 2
