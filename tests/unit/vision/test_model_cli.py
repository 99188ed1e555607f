"""`footfall models`: what it prints and how it ends."""

import argparse
import io
import json
from pathlib import Path
from typing import Any

import pytest
from footfall_vision import model_cli
from footfall_vision.model_cards import MODEL_CARDS
from footfall_vision.model_pull import ModelPuller, PullResult, PullStep
from footfall_vision.pull_display import pull_progress


@pytest.fixture
def pulled(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Replaces the pull: every model is ready but those that the test gives a fault."""
    faults: dict[str, str] = {}

    def pull(self: ModelPuller, model_ids: list[str], progress: Any) -> list[PullResult]:
        results = []
        for model_id in model_ids:
            card = self._store.card(model_id)
            fault = faults.get(model_id, "")
            progress(card, PullStep.FAILED if fault else PullStep.READY, fault)
            results.append(PullResult(model_id, self._store.path(model_id), fetched=not fault, fault=fault))
        return results

    monkeypatch.setattr(ModelPuller, "pull", pull)
    return faults


def test_pull_brings_the_default_set(
    tmp_path: Path, pulled: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert not pulled
    assert model_cli.main(["pull", "--dir", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert told.out == f"3 models are ready in {tmp_path}\n"
    assert "yunet-2023mar: ready" in told.err


def test_pull_as_json_is_one_document(
    tmp_path: Path, pulled: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    pulled["sface-2021dec-128"] = "no route"
    assert model_cli.main(["pull", "--json", "--dir", str(tmp_path), "sface-2021dec-128"]) == 1
    told = capsys.readouterr()
    document = json.loads(told.out)
    assert document["models"][0]["state"] == "failed"
    assert "error: sface-2021dec-128: no route" in told.err


def test_quiet_says_nothing_unless_something_fails(
    tmp_path: Path, pulled: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert model_cli.main(["pull", "--quiet", "--dir", str(tmp_path)]) == 0
    assert capsys.readouterr() == ("", "")
    pulled["dlib-gender-v1"] = "no route"
    assert model_cli.main(["pull", "--quiet", "--dir", str(tmp_path)]) == 1
    assert capsys.readouterr() == ("", "error: dlib-gender-v1: no route\n")


@pytest.mark.usefixtures("pulled")
def test_an_unknown_model_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert model_cli.main(["pull", "--dir", str(tmp_path), "nonesuch"]) == 2
    assert "no model is registered as 'nonesuch'" in capsys.readouterr().err


def test_list_shows_every_card_and_its_state(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "yunet-2023mar.onnx").write_bytes(b"damaged")
    assert model_cli.main(["list", "--dir", str(tmp_path)]) == 0
    table = capsys.readouterr().out
    for model_id, card in MODEL_CARDS.items():
        (row,) = [line for line in table.splitlines() if line.startswith(model_id)]
        assert card.licence in row
        assert row.endswith("damaged" if model_id == "yunet-2023mar" else "missing")
    assert model_cli.main(["list", "--json", "--dir", str(tmp_path)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [model["model_id"] for model in document["models"]] == list(MODEL_CARDS)


def test_it_hangs_below_another_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    models = parser.add_subparsers().add_parser("models")
    model_cli.add_subcommands(models.add_subparsers(required=True))
    assert model_cli.run(parser.parse_args(["models", "list", "--dir", str(tmp_path)])) == 0
    assert "fr-mobilefacenet-512" in capsys.readouterr().out


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_the_state_of_each_model() -> None:
    terminal = Terminal()
    with pull_progress(terminal) as progress:
        for card in MODEL_CARDS.values():
            progress(card, PullStep.FETCHING, card.carrier.spec)
            progress(card, PullStep.READY, "")
    for model_id in MODEL_CARDS:
        assert model_id in terminal.getvalue()
