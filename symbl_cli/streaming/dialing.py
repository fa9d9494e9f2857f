"""A dial that takes long, and somebody who may stop waiting for it."""

from collections.abc import Callable
from threading import Condition

from .tasks import Task
from .transport import Transport


class Dialing:
    """Dials on a thread of its own: names are looked up without a way to stop that."""

    def __init__(self, dial: Callable[[], Transport]) -> None:
        self._dial = dial
        self._changed = Condition()
        self._is_over = False
        self._is_abandoned = False
        self._transport: Transport | None = None
        self._task = Task("dial", self._run, self._end)

    def wait(self, is_enough: Callable[[], bool], look: float) -> Transport | None:
        """The line; `None` once it *is_enough*, asked every *look* seconds.

        Raises what the dial raises. A line that is there too late is given back.
        """
        with self._changed:
            while not self._is_over:
                if is_enough():
                    self._is_abandoned = True
                    return None
                self._changed.wait(look)
        if self._task.error is not None:
            raise self._task.error
        return self._transport

    def _run(self) -> None:
        transport = self._dial()
        with self._changed:
            if not self._is_abandoned:
                self._transport = transport
                return
        transport.abort()
        transport.release()

    def _end(self) -> None:
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
