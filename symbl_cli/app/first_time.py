"""What is said once: where recorded conversations are kept, and that others count."""

from ..config.places import NoFolder, Places, below, ready
from ..sinks.notices import Notices

_MARK = "recording-notice"


def tell_first_time(places: Places, notices: Notices, *, is_stored: bool) -> None:
    """At the first run with a microphone; where nothing can be noted, every time."""
    folder = ready(places.state)
    mark = below(folder, _MARK)
    if not isinstance(mark, NoFolder) and mark.exists():
        return
    kept = (
        f"This conversation is kept in {places.data}, on this computer alone; keep"
        " none with --no-store, see `symbl conversation delete`."
        if is_stored and not isinstance(places.data, NoFolder)
        else "Nothing of this conversation is kept."
    )
    notices.status(f"{kept} Others may have to agree to being recorded.")
    if not isinstance(mark, NoFolder):
        mark.touch(mode=0o600)
