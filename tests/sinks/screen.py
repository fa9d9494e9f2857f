"""What a terminal would show of what was written to it."""

import re

_TOKENS = re.compile(r"\x1b\[(\??[0-9;]*)([A-Za-z])|([\r\n])|([^\x1b\r\n]+)")


class Screen:
    """A terminal that is never full: of its codes those that Rich's region uses."""

    def __init__(self, written: str) -> None:
        self._rows = [""]
        self._row = 0
        self._column = 0
        self.shows_cursor = True
        for parameters, code, move, text in _TOKENS.findall(written):
            self._obey(parameters, code)
            self._move(move)
            self._put(text)

    @property
    def rows(self) -> list[str]:
        """All rows, without what is blank at the end."""
        rows = [row.rstrip() for row in self._rows]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def _obey(self, parameters: str, code: str) -> None:
        match code, parameters:
            case "A", count:
                self._row = max(0, self._row - int(count))
            case "K", "2":
                self._rows[self._row] = ""
            case "h" | "l", "?25":
                self.shows_cursor = code == "h"
            case "" | "m", _:
                pass
            case _:
                raise AssertionError((code, parameters))

    def _move(self, move: str) -> None:
        if move:
            self._column = 0
        if move == "\n":
            self._row += 1
            self._rows += [""] * (self._row + 1 - len(self._rows))

    def _put(self, text: str) -> None:
        before = self._rows[self._row].ljust(self._column)
        end = self._column + len(text)
        self._rows[self._row] = before[: self._column] + text + before[end:]
        self._column = end
