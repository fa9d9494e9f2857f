"""Where a run is kept while it goes on, and what earlier ones left behind."""

from pathlib import Path

from ..config.places import NoFolder, Places, ready
from ..sinks.notices import Notices
from ..streaming.keeping import Keeping, NothingKept, RunKeeper
from .plan import Plan


def open_keeping(plan: Plan) -> Keeping:
    """Nothing is kept of the demo, with `--no-store` and where no folder is."""
    if plan.demo is not None or not plan.settings.store:
        return NothingKept()
    match ready(plan.configuration.places.runs):
        case NoFolder():
            return NothingKept()
        case folder:
            has_file = plan.file is not None
            return RunKeeper(folder, limit=plan.settings.spool_limit, has_file=has_file)


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
