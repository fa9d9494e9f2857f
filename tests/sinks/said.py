"""Notices that are kept."""

from threading import Event

from symbl_cli.errors import SymblError


class Said:
    """Keeps warnings; nothing else is to be said."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.warned = Event()

    def status(self, message: str) -> None:
        raise AssertionError(message)

    def warning(self, message: str, *, suggestion: str = "") -> None:
        self.warnings.append(message)
        self.warned.set()

    def error(self, error: SymblError) -> None:
        raise AssertionError(error)
