"""Signals as a run understands them: the first ends it well, the second at once."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from ..errors import ExitCode
from ..lines import EndReason

_REASONS = {
    "SIGINT": EndReason.INTERRUPTED,
    "SIGBREAK": EndReason.INTERRUPTED,
    "SIGTERM": EndReason.TERMINATED,
    "SIGHUP": EndReason.HANGUP,
}
EXIT_CODES = {
    EndReason.INTERRUPTED: ExitCode.INTERRUPTED,
    EndReason.TERMINATED: ExitCode.TERMINATED,
    EndReason.HANGUP: ExitCode.HANGUP,
}


@contextmanager
def ending_on_signals(
    stop: Callable[[EndReason], None], leave: Callable[[EndReason], None]
) -> Iterator[None]:
    """*stop* on the first signal, *leave* on the second: it does not return.

    A signal that was ignored when we were started (nohup) stays ignored. Hang-ups are
    one: where a terminal is closed its shell tells of it, and then the kernel too.
    """
    first: EndReason | None = None

    def handle(number: int, _frame: FrameType | None) -> None:
        nonlocal first
        reason = _REASONS[signal.Signals(number).name]
        if first is None:
            first = reason
            stop(reason)
        elif {first, reason} != {EndReason.HANGUP}:
            leave(reason)

    with _handling(dict.fromkeys(_REASONS, handle)):
        yield


@contextmanager
def pausing_on_stop(
    pause: Callable[[], None], resume: Callable[[], None]
) -> Iterator[None]:
    """Ctrl-Z: *pause*, stand still with everything, and *resume* when it goes on."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        pause()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, handle)
        resume()

    if sys.platform == "win32":
        yield
        return
    with _handling({"SIGTSTP": handle}):
        yield


@contextmanager
def restoring_on_quit(restore: Callable[[], None]) -> Iterator[None]:
    """Ctrl-\\: *restore* what is not ours, then end as the system has it."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        restore()
        signal.signal(signal.SIGQUIT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGQUIT)

    if sys.platform == "win32":
        yield
        return
    with _handling({"SIGQUIT": handle}):
        yield


Handler = Callable[[int, FrameType | None], None]


@contextmanager
def _handling(handlers: dict[str, Handler]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = {name: getattr(signal, name, None) for name in handlers}
    before = {
        number: signal.signal(number, handlers[name])
        for name, number in numbers.items()
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
