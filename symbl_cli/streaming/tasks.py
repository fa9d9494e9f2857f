"""Threads whose failures reach their owner."""

from collections.abc import Callable
from threading import Thread


class Task:
    """*work* on a thread of its own; *finished* is called on it when it is over.

    The thread does not keep the process alive: a source that cannot be woken must
    not hold up somebody who leaves at once.
    """

    def __init__(
        self, name: str, work: Callable[[], None], finished: Callable[[], None]
    ) -> None:
        self._work = work
        self._finished = finished
        self._error: BaseException | None = None
        self._is_done = False
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def is_done(self) -> bool:
        return self._is_done

    @property
    def error(self) -> BaseException | None:
        """What *work* raised, once it is done."""
        return self._error

    def join(self, timeout: float | None = None) -> None:
        """Wait for the thread's end, no longer than *timeout* seconds if given."""
        self._thread.join(timeout)

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as exc:  # noqa: BLE001 — handed to the owner, whatever it is
            self._error = exc
        finally:
            self._is_done = True
            self._finished()
