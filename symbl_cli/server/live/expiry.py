"""Conversations that have grown old go, as the setting `keep` has it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from ...errors import SymblError
from ..store.changes import DeleteOld
from ..store.store import Store

log = logging.getLogger(__name__)

_pause = partial(asyncio.sleep, 3600.0)


async def expire(
    store: Store,
    keep: float | None,
    now: Callable[[], datetime],
    pause: Callable[[], Awaitable[object]] = _pause,
) -> None:
    """Delete what ended *keep* seconds ago, at once and after every *pause*.

    Never what goes on. For ever; with no *keep*, nothing is done.
    """
    while keep is not None:
        try:
            await _delete(store, now() - timedelta(seconds=keep))
        except OverflowError:  # older than time
            return
        except SymblError as exc:
            log.warning("what is old cannot be deleted: %s", exc)
        await pause()


async def _delete(store: Store, limit: datetime) -> None:
    """One after the other, so that what is being said is never kept waiting."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(None, store.ended_by, limit)
    for one in found:
        await asyncio.wrap_future(store.write(DeleteOld(one, limit)))
    if found:
        log.info("%s conversations had grown old and are deleted", len(found))
