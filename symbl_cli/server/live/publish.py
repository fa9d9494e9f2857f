"""The one way from the recogniser to everybody and everything else."""

from collections.abc import Collection
from functools import partial

from ...protocol.events import StartRequest, StreamConfig
from ...text.fixes import Fixes
from ...text.redaction import Sensitive, redact
from .stream import Publish

_MASK = "****"
"""§2.1 `redaction.redactionString`."""


def publisher(request: StartRequest) -> Publish:
    """Word fixes, then redaction: alike for interim and final texts."""
    fixes = Fixes(request.config.fixes)
    hide = _redaction(request.config)
    return lambda text: hide(fixes.apply(text))


def _redaction(config: StreamConfig) -> Publish:
    if config.redact:
        return partial(redact, kinds=_known(config.redact))
    vendor = config.redaction or {}
    # A tuple: what stands there may be anything, also what cannot be in a set.
    if vendor.get("redactContent") in (True, "true"):
        mask = vendor.get("redactionString")
        return partial(redact, mask=mask if isinstance(mask, str) else _MASK)
    return _as_it_is


def _known(kinds: Collection[str]) -> frozenset[str]:
    """Those of *kinds* that we can find; all where one of them is `all`."""
    every = frozenset(kind.value for kind in Sensitive)
    return every if "all" in kinds else every & frozenset(kinds)


def _as_it_is(text: str) -> str:
    return text
