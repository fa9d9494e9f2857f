"""Which clients of this machine are there (additions.md §3)."""

from collections.abc import Callable


class Leases:
    """Counts who holds a lease; belongs to one event loop.

    A lease ends with its TCP connection, never by a clock: a client that was
    stopped with Ctrl-Z still holds it.
    """

    def __init__(self) -> None:
        self._held: dict[str, int] = {}
        self._watchers: list[Callable[[str], None]] = []

    def take(self, client: str) -> None:
        self._held[client] = self._held.get(client, 0) + 1

    def release(self, client: str) -> None:
        left = self._held.get(client, 0) - 1
        if left > 0:
            self._held[client] = left
            return
        self._held.pop(client, None)
        for watch in self._watchers:
            watch(client)

    def holds(self, client: str | None) -> bool:
        return client is not None and client in self._held

    @property
    def is_empty(self) -> bool:
        return not self._held

    def watch(self, gone: Callable[[str], None]) -> None:
        """Have *gone* called with each client that holds no lease any more."""
        self._watchers.append(gone)
