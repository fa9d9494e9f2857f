"""What a setting's value may be: text in, typed value out.

A reader takes what a TOML file or a variable holds and gives the typed value; it
raises ValueError with what would be right, as in "must be true or false".
"""

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

E = TypeVar("E", bound=StrEnum)

INSIGHTS = ("question", "action_item", "follow_up", "topic")
_TRUE = {"true", "yes", "on", "1"}
_FALSE = {"false", "no", "off", "0"}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_LONGEST = 1000 * 365 * 86400
"""A thousand years, in seconds: what is much longer ago has no date."""
_BYTES = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def text(raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError("must be text in quotes, and not empty")
    return raw.strip()


def boolean(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    word = str(raw).lower()
    if word not in _TRUE | _FALSE:
        raise ValueError("must be true or false")
    return word in _TRUE


def fraction(raw: object) -> float:
    """A number from 0 to 1."""
    try:
        number = float(str(raw))
    except ValueError:
        number = -1.0
    if isinstance(raw, bool) or not 0 <= number <= 1:
        raise ValueError("must be a number from 0 to 1")
    return number


def words(raw: object) -> tuple[str, ...]:
    """A list, or its members in one text with commas between."""
    members = raw.split(",") if isinstance(raw, str) else raw
    if isinstance(members, list | tuple) and all(isinstance(m, str) for m in members):
        return tuple(word for member in members if (word := member.strip()))
    raise ValueError('must be a list of texts, as in ["one", "two"]')


def names(raw: object) -> tuple[str, ...]:
    """A list, or one name: those of devices and people have commas in them."""
    return words([raw] if isinstance(raw, str) else raw)


def insights(raw: object) -> tuple[str, ...]:
    """Kinds of insight; `all` and `none` are spelt out."""
    wanted = words(raw)
    for name in wanted:
        if name not in (*INSIGHTS, "all", "none"):
            raise ValueError(
                f"has no {name!r}{did_you_mean(name, INSIGHTS)}; there are: "
                f"{', '.join(INSIGHTS)}, all, none"
            )
    if "none" in wanted and len(wanted) > 1:
        raise ValueError("cannot be none and something else")
    return INSIGHTS if "all" in wanted else tuple(k for k in INSIGHTS if k in wanted)


def choice(kind: type[E]) -> Callable[[object], E]:
    """One of the words of *kind*."""

    def read(raw: object) -> E:
        try:
            return kind(str(raw).lower())
        except ValueError:
            raise ValueError(f"must be one of: {', '.join(kind)}") from None

    return read


def language(raw: object) -> str:
    """A BCP 47 tag, `en-US`."""
    tag = text(raw)
    if not _LANGUAGE.fullmatch(tag):
        raise ValueError("must be a language such as en-US")
    return tag


def timezone(raw: object) -> str:
    """An IANA name."""
    from zoneinfo import available_timezones

    name = text(raw)
    known = available_timezones()
    # Empty where the system has no time zone data: then the server decides.
    if known and name not in known:
        raise ValueError(
            f"has no {name!r}{did_you_mean(name, known)}; "
            "it must be a name such as Europe/Berlin"
        )
    return name


def path(raw: object) -> Path:
    return Path(raw if isinstance(raw, Path) else text(raw)).expanduser()


def duration(raw: object) -> float | None:
    """Seconds, written `90d`, `12h`, `30m`; `None` for `off`."""
    if isinstance(raw, str) and raw.strip().lower() in {"off", "never"}:
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhdw])", str(raw).strip().lower())
    seconds = float(match[1]) * _SECONDS[match[2]] if match else 0.0
    if not 0 < seconds <= _LONGEST:
        raise ValueError("must be a time such as 90d, 12h or 30m, or off")
    return seconds


def size(raw: object) -> int:
    """Bytes, written `2GB` or `500MB`."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(|[KMGT]B)", str(raw).strip().upper())
    number = float(match[1]) * _BYTES[match[2]] if match else -1.0
    if not 0 <= number < float("inf"):
        raise ValueError("must be a size such as 2GB or 500MB")
    return int(number)


def url(raw: object) -> str:
    """Where a server is, without a trailing slash: `https://host[:port][/path]`."""
    found = text(raw).rstrip("/")
    try:
        parts = urlsplit(found)
        is_right = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        raise ValueError("must be a URL such as https://host") from None
    if parts.scheme not in {"http", "https", "ws", "wss"} or not is_right:
        raise ValueError("must be a URL such as https://host")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must be a URL without user, password, ? and #")
    return found


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'language'?`, or nothing where no *known* name is near."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def plain(value: object) -> str:
    """*value* as a person reads it, and as `config set` takes it."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case tuple():
            return ",".join(value)
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def plain_duration(value: object) -> str:
    """The largest unit that leaves no rest: `90d`."""
    if not isinstance(value, float):
        return "off"
    units = [unit for unit, seconds in _SECONDS.items() if not value % seconds]
    unit = units[-1] if units else "s"
    return f"{value / _SECONDS[unit]:g}{unit}"


def plain_size(value: object) -> str:
    """In the largest unit that it fills: `2GB`."""
    number = int(str(value))
    unit = [unit for unit, size in _BYTES.items() if number >= size or not unit][-1]
    return f"{number / _BYTES[unit]:g}{unit}"
