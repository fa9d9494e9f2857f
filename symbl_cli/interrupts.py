"""Ctrl-C where there is nothing to put in order: before a command runs, and after."""

import os
import signal
from types import FrameType

_CODE = 130


def leave_at_once() -> None:
    """From now on Ctrl-C ends this process there and then, without a word.

    KeyboardInterrupt would not do: Python tells of one in an import's inner workings,
    or while it ends, and goes on. Where Ctrl-C is ignored it stays so.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)


def interrupt_again() -> None:
    """From now on Ctrl-C is KeyboardInterrupt, as it was at first."""
    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _leave(_number: int, _frame: FrameType | None) -> None:
    os._exit(_CODE)
