"""Text that a terminal can only show: it moves no cursor and sets no title."""

import re
from unicodedata import combining, east_asian_width

_UNKNOWN = "\N{REPLACEMENT CHARACTER}"
_ELLIPSIS = "…"
_SPACES = "\t\n\v\f\r\x85\u2028\u2029"
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f"
_WIDE = "WF"


def _neutral() -> dict[int, str]:
    pictures = {code: chr(0x2400 + code) for code in range(0x20)}
    others = [0x7F, *range(0x80, 0xA0), *map(ord, _BIDI)]
    return (
        pictures
        | dict.fromkeys(others, _UNKNOWN)
        | dict.fromkeys(range(0xD800, 0xE000), _UNKNOWN)
        | {ord(space): " " for space in _SPACES}
    )


_NEUTRAL = _neutral()


def terminal_safe(text: str) -> str:
    """*text* on one line, without anything that a terminal would obey.

    Line ends and tabs become spaces, other control characters the picture of
    theirs (`␛`); what turns the direction of writing and what is no character `�`.
    """
    return text if text.isprintable() else text.translate(_NEUTRAL)


# What JSON allows unescaped, but a terminal obeys or a reader of lines takes for a
# line's end.
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_HALVES = re.compile("[\ud800-\udfff]")


def whole_characters(text: str) -> str:
    """*text*, with `�` for each half of a character: UTF-8 has no bytes for those.

    The name of a file has them in place of bytes that are no text.
    """
    return text if text.isascii() else _HALVES.sub(_UNKNOWN, text)


def json_safe(text: str) -> str:
    """*text*, which is JSON, with escapes in place of what a terminal would obey.

    Halves of characters, which many readers of JSON refuse, become `�`.
    """
    return _UNSAFE_IN_JSON.sub(
        lambda found: f"\\u{ord(found[0]):04x}", whole_characters(text)
    )


def json_text(value: object) -> str:
    """*value* as JSON on one line, `json_safe`."""
    import json  # noqa: PLC0415 — not every command has any

    return json_safe(json.dumps(value, ensure_ascii=False))


def columns(text: str) -> int:
    """How many columns of a terminal *text* takes."""
    return len(text) if text.isascii() else sum(map(_columns_of, text))


def _columns_of(character: str) -> int:
    if combining(character) or character in _ZERO_WIDTH:
        return 0
    return 2 if east_asian_width(character) in _WIDE else 1


def clip(text: str, width: int) -> str:
    """The beginning of *text*, `…` at its end if that is not all of it."""
    if columns(text) <= width:
        return text
    return _prefix(text, width - 1).rstrip() + _ELLIPSIS if width > 0 else ""


def clip_start(text: str, width: int) -> str:
    """The end of *text*, `…` at its beginning if that is not all of it."""
    if columns(text) <= width:
        return text
    kept = _prefix(text[::-1], width - 1)[::-1]
    return _ELLIPSIS + kept.lstrip() if width > 0 else ""


def _prefix(text: str, width: int) -> str:
    used = 0
    for index, character in enumerate(text):
        used += _columns_of(character)
        if used > width:
            return text[:index]
    return text
