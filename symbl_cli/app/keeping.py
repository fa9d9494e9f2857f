"""Where a run is kept while it goes on, and what earlier ones left behind."""

import math
from pathlib import Path

from ..config.endpoint import Server
from ..config.places import NoFolder, Places, ready
from ..connect.launcher import LocalServer
from ..documents.times import clock
from ..errors import StoreError
from ..lines import Failure
from ..sinks.notices import Notices
from ..streaming.keeping import Keeping, NothingKept, RunKeeper
from .plan import Plan


class Storing:
    """What becomes known of the store that the conversation goes to."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.is_lost = False
        """Whether it was there, and takes nothing any more."""

    def is_well(self) -> bool:
        return not (self.is_lost or self.why_none)

    @property
    def notices(self) -> tuple[str, ...]:
        """What is to be told of it at the start."""
        match self._server:
            case LocalServer(notices=said):
                return said
            case _:
                return ()

    def what_is_lost(self, keeping: Keeping) -> Failure | None:
        """What to tell at the end of a run that *keeping* kept, if that is needed."""
        if self.why_none and not keeping.failure:
            return None  # what was told at the start holds
        if self.is_well() and not keeping.is_left:
            return None
        message = "not all of this conversation is in the store"
        files = "can only be had from what was written to files"
        if not keeping.is_left:
            suggestion = f"it {files}"
        elif math.isinf(until := keeping.kept_until):
            suggestion = "`symbl recover` brings it back once the store is well"
        else:
            message += f", nor was it kept from {clock(until)} on"
            suggestion = (
                "`symbl recover` brings back what came before once the store is well; "
                f"the rest {files}"
            )
        return Failure(StoreError.kind, message, suggestion=suggestion)

    @property
    def why_none(self) -> str:
        """Why there was none from the start; else empty."""
        match self._server:
            case LocalServer(why_no_store=why):
                return why
            case _:
                return ""


def open_keeping(plan: Plan, storing: Storing) -> Keeping:
    """Nothing is kept of the demo, with `--no-store` and where no folder is."""
    if plan.demo is not None or not plan.settings.store:
        return NothingKept()
    match ready(plan.configuration.places.runs):
        case NoFolder():
            return NothingKept()
        case folder:
            return RunKeeper(
                folder,
                limit=plan.settings.spool_limit,
                has_file=plan.file is not None,
                is_stored=storing.is_well,
            )


def tell_of_interrupted(places: Places, notices: Notices) -> None:
    """Say once that there is something to recover, and what cannot be."""
    from ..streaming.left_runs import UnreadableRun, left_behind, not_yet_told

    if not isinstance(places.runs, Path):
        return
    unreadable: list[UnreadableRun] = []
    found = not_yet_told(left_behind(places.runs, unreadable.append))
    for run in not_yet_told(unreadable):
        notices.warning(run.error.message, suggestion=run.error.suggestion)
    if found:
        last = found[-1].record.started_at.astimezone()
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        notices.warning(
            f"the run of {last:%Y-%m-%d %H:%M}{more} was interrupted",
            suggestion="bring back what was recorded with `symbl recover`",
        )
