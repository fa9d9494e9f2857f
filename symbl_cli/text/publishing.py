"""The one way from a recogniser to everybody and everything else."""

from collections.abc import Callable, Collection
from functools import partial
from typing import Protocol

from ..protocol.events import StreamConfig
from .fixes import Fixes
from .redaction import Sensitive, redact, redact_unfinished

_MASK = "****"
"""§2.1 `redaction.redactionString`."""


class Publish(Protocol):
    """What others may see of a text; that of an interim result goes on."""

    def __call__(self, text: str, *, is_final: bool) -> str: ...


def publisher(config: StreamConfig) -> Publish:
    """Word fixes, then redaction."""
    fixes = Fixes(config.fixes)
    finals, interims = _redaction(config)

    def publish(text: str, *, is_final: bool) -> str:
        hide = finals if is_final else interims
        return hide(fixes.apply(text))

    return publish


_Hide = Callable[[str], str]


def _redaction(config: StreamConfig) -> tuple[_Hide, _Hide]:
    """Of finals and of interims."""
    if config.redact:
        kinds = _known(config.redact)
        return partial(redact, kinds=kinds), partial(redact_unfinished, kinds=kinds)
    vendor = config.redaction or {}
    # A tuple: what stands there may be anything, also what cannot be in a set.
    if vendor.get("redactContent") in (True, "true"):
        written = vendor.get("redactionString")
        mask = written if isinstance(written, str) else _MASK
        return partial(redact, mask=mask), partial(redact_unfinished, mask=mask)
    return _as_it_is, _as_it_is


def _known(kinds: Collection[str]) -> frozenset[str]:
    """Those of *kinds* that we can find; all where one of them is `all`."""
    every = frozenset(kind.value for kind in Sensitive)
    return every if "all" in kinds else every & frozenset(kinds)


def _as_it_is(text: str) -> str:
    return text
