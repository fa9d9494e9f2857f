"""What a program gives, looked at before anything is done with it.

All raise UsageError, which calls the argument by its name.
"""

import json
from collections.abc import Iterable, Mapping
from typing import cast

from ..errors import UsageError
from ..protocol.events import Json
from ..text.terminal import whole_characters


def text(name: str, value: object) -> str:
    """*value*, if it is text that can be sent."""
    if not isinstance(value, str):
        raise _wrong(name, "a string", value)
    if value != whole_characters(value):
        raise UsageError(f"{name} holds half a character: {value!r:.80}")
    return value


def fields(name: str, value: object) -> dict[str, Json]:
    """*value* as the JSON object that it is sent as: a copy."""
    if not isinstance(value, Mapping):
        raise _wrong(name, "a dict", value)
    try:
        sent = json.dumps(dict(value), ensure_ascii=False, allow_nan=False)
        sent.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{name} holds half a character") from None
    except (TypeError, ValueError, RecursionError) as exc:
        raise UsageError(f"{name} cannot be sent as JSON: {exc}") from exc
    return cast("dict[str, Json]", json.loads(sent))


def items(name: str, value: object) -> list[object]:
    """Of a list, or of whatever else has several; a string is one thing."""
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise _wrong(name, "a list", value)
    return list(value)


def mapping(name: str, value: object) -> Mapping[str, object]:
    """*value*, if it is a dict with names, whatever they stand for."""
    if not isinstance(value, Mapping):
        raise _wrong(name, "a dict", value)
    return {text(f"a name in {name}", key): one for key, one in value.items()}


def _wrong(name: str, wanted: str, value: object) -> UsageError:
    return UsageError(f"{name} must be {wanted}, not {type(value).__name__}")
