"""Patterns that take longer to compile than a starting server has time for."""

import re
from collections.abc import Iterator
from functools import cached_property


class LatePattern:
    """A pattern that is compiled when it is first looked for, case left aside."""

    def __init__(self, pattern: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        self._pattern = pattern
        self._flags = flags | re.IGNORECASE

    def finditer(self, text: str, start: int = 0) -> Iterator[re.Match[str]]:
        return self._compiled.finditer(text, start)

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self._pattern, self._flags)
