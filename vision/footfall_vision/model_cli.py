"""`footfall models pull | list`; also `python -m footfall_vision.model_cli pull`."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from footfall_vision.errors import ModelError
from footfall_vision.model_cards import MODEL_CARDS, ModelCard
from footfall_vision.model_pull import ModelPuller, default_model_ids
from footfall_vision.model_store import MODELS_DIR_VARIABLE, ModelState, ModelStore
from footfall_vision.pull_display import pull_progress

_OK, _FAILED, _USAGE = 0, 1, 2


def add_subcommands(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `pull` and `list` below a `models` command; run() serves both."""
    folder = f"models folder (default: {MODELS_DIR_VARIABLE}, else ~/.cache/footfall/models)"
    pull = subparsers.add_parser("pull", help="fetch, convert and verify models")
    pull.add_argument("models", nargs="*", metavar="MODEL", help="model ids (default: the default set)")
    pull.add_argument("--quiet", action="store_true", help="say nothing unless something fails")
    pull.set_defaults(models_command="pull")
    show = subparsers.add_parser("list", help="registered models and their state on this machine")
    show.set_defaults(models_command="list")
    for parser in (pull, show):
        parser.add_argument("--dir", type=Path, default=None, metavar="D", help=folder)
        parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(args: argparse.Namespace) -> int:
    """Serve parsed arguments. Returns the exit code: 0 fine, 1 a model is not ready, 2 wrong usage."""
    store = ModelStore(args.dir.expanduser() if args.dir else None)
    if args.models_command == "list":
        return _list(store, as_json=args.json)
    model_ids = args.models or default_model_ids(MODEL_CARDS.values())
    return _pull(store, model_ids, as_json=args.json, quiet=args.quiet)


def _pull(store: ModelStore, model_ids: Sequence[str], *, as_json: bool, quiet: bool) -> int:
    try:
        with pull_progress(quiet=quiet) as progress:
            results = ModelPuller(store).pull(model_ids, progress)
    except ModelError as error:
        _tell(f"error: {error}", sys.stderr)
        return _USAGE
    faults = [result for result in results if result.fault]
    if as_json:
        models = [
            {
                "model_id": result.model_id,
                "path": str(result.path),
                "state": "failed" if result.fault else "ready",
                "fetched": result.fetched,
                "fault": result.fault,
            }
            for result in results
        ]
        _tell(json.dumps({"directory": str(store.directory), "models": models}))
    elif not faults and not quiet:
        _tell(f"{len(results)} models are ready in {store.directory}")
    for result in faults:
        _tell(f"error: {result.model_id}: {result.fault}", sys.stderr)
    return _FAILED if faults else _OK


def _list(store: ModelStore, *, as_json: bool) -> int:
    described = [_describe(card, store.state(card.model_id)) for card in MODEL_CARDS.values()]
    if as_json:
        _tell(json.dumps({"directory": str(store.directory), "models": described}))
        return _OK
    heads = ("model_id", "task", "licence", "source", "size", "set", "state")
    rows = [heads, *(tuple(str(item[head]) for head in heads) for item in described)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    for row in rows:
        _tell("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    _tell(f"folder: {store.directory}")
    return _OK


def _describe(card: ModelCard, state: ModelState) -> dict[str, Any]:
    return {
        "model_id": card.model_id,
        "task": card.task.value,
        "title": card.title,
        "licence": card.licence,
        "origin": card.origin,
        "source": f"{card.carrier.registry} {card.carrier.spec}",
        "preprocessing": str(card.preprocessing),
        "dimension": card.dimension,
        "match_threshold": card.match_threshold,
        "sha256": card.sha256,
        "size_bytes": card.size_bytes,
        "size": f"{card.size_bytes / 1e6:.1f} MB",
        "set": "default" if card.in_default_set else "on request",
        "state": state.value,
    }


def _tell(line: str, stream: TextIO | None = None) -> None:
    (stream or sys.stdout).write(f"{line}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Entry of `python -m footfall_vision.model_cli`."""
    parser = argparse.ArgumentParser(prog="footfall models", description="Face models: fetch and show")
    add_subcommands(parser.add_subparsers(required=True, metavar="COMMAND"))
    return run(parser.parse_args(argv))


if __name__ == "__main__":
    sys.exit(main())
