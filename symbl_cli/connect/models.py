"""The speech models of the embedded server, asked of the server's own program."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ..errors import (
    DiskFullError,
    MissingError,
    OutputError,
    SymblError,
    UnreachableError,
    UsageError,
)
from ..protocol.events import Json
from .child import COMMAND, environment_of_child

_ERRORS = (UsageError, MissingError, UnreachableError, OutputError, DiskFullError)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalModel:
    name: str
    size: int
    """In bytes."""
    licence: str
    folder: Path
    is_bundled: bool
    is_in_use: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedModel:
    """One that can be downloaded, or is about to be."""

    name: str
    size: int
    licence: str


@dataclass(frozen=True, slots=True)
class ModelPath:
    path: Path


Answer: TypeAlias = LocalModel | OfferedModel | ModelPath


def ask(arguments: Sequence[str], models_folder: Path | None) -> Iterator[Answer]:
    """What the server's program says to `models ARGUMENTS`, as it says it.

    Raises what the program could not do.
    """
    folder = ("--models-folder", str(models_folder)) if models_folder else ()
    with subprocess.Popen(  # noqa: S603 - our own program
        (*COMMAND, "models", *folder, *arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        env=environment_of_child(),
    ) as program:
        for line in program.stdout or ():
            yield from _answers(json.loads(line))
    if program.returncode:
        raise SymblError(f"the server's program ended with {program.returncode}")


def _answers(said: dict[str, Json]) -> Iterator[Answer]:
    match said:
        case {"error": {"type": kind, "message": str(message), "suggestion": hint}}:
            error = next((each for each in _ERRORS if each.kind == kind), SymblError)
            raise error(message, suggestion=str(hint))
        case {"models": list(models), "available": list(offers)}:
            yield from (_model(each) for each in models)
            yield from (_offer(each) for each in offers)
        case {"model": model}:
            yield _model(model)
        case {"pulling": offer}:
            yield _offer(offer)
        case {"path": str(path)}:
            yield ModelPath(Path(path))


def _model(fields: Json) -> LocalModel:
    match fields:
        case {
            "name": str(name),
            "size": int(size),
            "licence": str(licence),
            "folder": str(folder),
            "bundled": bool(bundled),
            **rest,
        }:
            return LocalModel(
                name=name,
                size=size,
                licence=licence,
                folder=Path(folder),
                is_bundled=bundled,
                is_in_use=rest.get("in_use") is True,
            )
    raise SymblError(f"the server's program speaks of a model oddly: {fields}")


def _offer(fields: Json) -> OfferedModel:
    match fields:
        case {"name": str(name), "size": int(size), "licence": str(licence)}:
            return OfferedModel(name=name, size=size, licence=licence)
    raise SymblError(f"the server's program speaks of a model oddly: {fields}")
