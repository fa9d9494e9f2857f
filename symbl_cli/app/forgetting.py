"""What killed runs have left of conversations that are deleted."""

from collections.abc import Sequence
from pathlib import Path

from ..config.places import Places
from ..errors import StoreError, SymblError
from ..sinks.notices import Notices
from ..streaming.left_runs import AlreadyRecovered, LeftRun, left_behind


class LeftOvers:
    """Of this computer's own conversations, found before the first is deleted."""

    def __init__(self, places: Places, notices: Notices) -> None:
        runs = left_behind(places.runs) if isinstance(places.runs, Path) else []
        self._found = [(run, _conversations(run)) for run in runs]
        self._notices = notices

    def forget(self, conversation_id: str) -> None:
        """Remove what is left of that one, which `symbl recover` would bring back."""
        for run, ids in self._found:
            if conversation_id in ids:
                self._remove(run, ids)

    def _remove(self, run: LeftRun, ids: Sequence[str]) -> None:
        try:
            if len(ids) > 1:
                raise StoreError("another conversation is in it, too")
            with run.taken() as remove:
                remove()
        except (SymblError, OSError) as exc:
            if not isinstance(exc, AlreadyRecovered):
                self._tell_kept(run, exc)
        else:
            self._notices.status(f"deleted, too: what run {run.id} had left of it")

    def _tell_kept(self, run: LeftRun, exc: SymblError | OSError) -> None:
        why = exc.message if isinstance(exc, SymblError) else exc.strerror
        self._notices.warning(
            f"run {run.id} still holds what was said: {why}",
            suggestion=f"`symbl recover {run.id}` would bring it back; else delete "
            f"{run.folder}",
        )


def _conversations(run: LeftRun) -> tuple[str, ...]:
    """Those that are in the store of this computer."""
    try:
        return run.journal().conversation_ids if run.record.engine == "local" else ()
    except StoreError:
        return ()
