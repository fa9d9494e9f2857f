"""Tables on a terminal [rich]."""

from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..text.terminal import terminal_safe
from .sheets import Sheet

_WHOLE = {"ID", "Started", "Length", "Time", "Due"}
"""Columns whose cells are copied, and so never broken."""


def draw(sheet: Sheet, stream: TextIO, color: str) -> None:
    """*sheet* as wide as the terminal; nothing of it is markup."""
    console = Console(
        file=stream,
        no_color=True if color == "never" else None,
        force_terminal=True if color == "always" else None,
        highlight=False,
    )
    table = Table(box=None, pad_edge=False, show_header=any(sheet.columns))
    for column in sheet.columns:
        table.add_column(
            column, header_style="bold", overflow="fold", no_wrap=column in _WHOLE
        )
    for row in sheet.rows:
        table.add_row(*(Text(terminal_safe(cell)) for cell in row))
    console.print(table)
