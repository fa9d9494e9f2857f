"""`python -m symbl_cli.server models …`: models as JSON, for the client to show.

One object a line on stdout; the last is the answer, or `error` as the client's own.
"""

import argparse
import json
import sys
from pathlib import Path

from ..errors import ExitCode, MissingError, SymblError
from .recognition.catalogue import LICENCE, Offer, read_catalogue
from .recognition.models import (
    Model,
    add_model,
    find_models,
    find_offer,
    locate_model,
    pull_model,
)


def main(argv: list[str]) -> int:
    """*argv*: `list`, `path`, `add DIR` or `pull NAME`, with `--models-folder DIR`."""
    arguments = _parser().parse_args(argv)
    folder: Path | None = arguments.models_folder
    try:
        match arguments.action:
            case "list":
                _list(folder)
            case "path":
                _write({"path": str(locate_model(folder).folder)})
            case "add":
                added = add_model(arguments.source, _needed(folder))
                _write({"model": _plain(added)})
            case "pull":
                _pull(find_offer(arguments.name), _needed(folder))
    except SymblError as exc:
        _write({"error": _plain_error(exc)})
        return int(exc.exit_code)
    return int(ExitCode.OK)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="symbl models")
    parser.add_argument("--models-folder", type=Path)
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list")
    actions.add_parser("path")
    actions.add_parser("add").add_argument("source", type=Path)
    actions.add_parser("pull").add_argument("name")
    return parser


def _list(folder: Path | None) -> None:
    models = find_models(folder)
    here = {model.name for model in models}
    rest = [offer for offer in read_catalogue() if offer.name not in here]
    _write(
        {
            "models": [
                {**_plain(model), "in_use": model is models[0]} for model in models
            ],
            "available": [_plain_offer(offer) for offer in rest],
        }
    )


def _pull(offer: Offer, folder: Path) -> None:
    """Says what it is before the first byte of it is asked for."""
    _write({"pulling": _plain_offer(offer)})
    _write({"model": _plain(pull_model(offer, folder))})


def _needed(folder: Path | None) -> Path:
    if folder is None:
        raise MissingError("there is no folder to keep models in")
    return folder


def _plain(model: Model) -> dict[str, object]:
    return {
        "name": model.name,
        "size": model.size,
        "licence": LICENCE,
        "folder": str(model.folder),
        "bundled": model.is_bundled,
    }


def _plain_offer(offer: Offer) -> dict[str, object]:
    return {"name": offer.name, "size": offer.size, "licence": LICENCE}


def _plain_error(error: SymblError) -> dict[str, object]:
    return {
        "type": error.kind,
        "message": error.message,
        "suggestion": error.suggestion,
    }


def _write(answer: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
