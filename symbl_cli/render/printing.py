"""Answers on stdout: a table, lines of text, or JSON."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TextIO

from ..errors import UsageError
from ..frozen import dataclass
from ..protocol.events import Json
from ..protocol.resource_table import wire_names, write
from ..text.terminal import json_text, terminal_safe
from .sheets import Sheet


class Form(StrEnum):
    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Printer:
    """Writes answers to *stream* as they were asked for."""

    stream: TextIO
    form: Form = Form.TEXT
    fields: tuple[str, ...] = ()
    """Only these, in this order; all where empty."""
    color: str = "auto"

    def print_all(self, cls: type, items: Sequence[object], sheet: Sheet) -> None:
        """*items*, all of class *cls*: *sheet* says them for people."""
        self._check(cls)
        objects = (self._projected(write(item)) for item in items)
        if self.form is Form.JSON:
            self._write(json_text(list(objects)))
        elif self.fields:
            for one in objects:
                self._write("\t".join(map(_cell, one.values())))
        else:
            self._print_sheet(sheet)

    def print_one(self, item: object, sheet: Sheet) -> None:
        """*item* alone: in JSON an object, no array."""
        self._check(type(item))
        if self.form is Form.JSON:
            self._write(json_text(self._projected(write(item))))
        else:
            self.print_all(type(item), [item], sheet)

    def _check(self, cls: type) -> None:
        known = wire_names(cls)
        unknown = [name for name in self.fields if name not in known]
        if unknown:
            raise UsageError(
                f"there is no field {', '.join(unknown)}",
                suggestion=f"choose of {', '.join(known)}",
            )

    def _projected(self, wire: dict[str, Json]) -> dict[str, Json]:
        return {name: wire.get(name) for name in self.fields} if self.fields else wire

    def _print_sheet(self, sheet: Sheet) -> None:
        if self.stream.isatty():
            from .tables import draw  # noqa: PLC0415 - a pipe needs no Rich

            draw(sheet, self.stream, self.color)
        else:
            for line in sheet.lines:
                self._write(_safe(line))

    def _write(self, line: str) -> None:
        self.stream.write(f"{line}\n")


def _cell(value: Json) -> str:
    match value:
        case None:
            return ""
        case str():
            return terminal_safe(value)
        case _:
            return json_text(value)


def _safe(line: str) -> str:
    """Tabs are between our cells; whatever stands in one cannot move a cursor."""
    return "\t".join(map(terminal_safe, line.split("\t")))
