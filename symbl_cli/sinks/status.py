"""States of the run as sentences for people."""

from ..documents.times import clock
from ..lines import Cause, End, Line, State, Status
from .notices import Notices


class StatusSink:
    """Says on stderr what happens to the run, and at its end what came of it."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    def handle(self, line: Line) -> None:
        match line.body:
            case Status() as status if status.state in TROUBLES:
                self._notices.warning(sentence(status))
            case Status() as status:
                self._notices.status(sentence(status))
            case End() as end if said := summary(end):
                self._notices.status(said)
            case _:
                pass

    def close(self) -> None:
        """Stderr stays open: others write to it too."""


TROUBLES = frozenset(
    {
        State.INPUT_SILENT,
        State.CLIPPING,
        State.DEVICE_LOST,
        State.DEVICE_CHANGED,
        State.AUDIO_DROPPED,
        State.GAP,
        State.LAGGING,
        State.RECONNECTING,
        State.SPOOL_OFF,
    }
)
"""States that nobody wants to miss."""


_PLAIN = {
    State.CONNECTING: "Connecting.",
    State.LISTENING: "Listening.",
    State.INPUT_SILENT: "No sound comes in: is the microphone muted, or another one"
    " meant? Try `symbl devices test`.",
    State.CLIPPING: "The sound is too loud and therefore distorted: turn the"
    " microphone down.",
    State.DEVICE_LOST: "The microphone is gone: plug it in again. Recording goes on"
    " with it, or with the default one.",
    State.PAUSED: "Paused: nothing is recorded.",
    State.RESUMED: "Recording again.",
    State.SPOOL_OFF: "The sound is no longer kept on disk, which is full or does not"
    " answer, so a crash could now lose words: make room where `symbl config path runs`"
    " is.",
    State.DRAINING: "Waiting for the last words.",
}

_LATE = {
    Cause.COMPUTER: "this computer is too busy; close what else is at work on it.",
    Cause.SERVER: "the server is too busy; try again later, or `--engine local`.",
    Cause.CONNECTION: "the connection is too slow, or the server too busy; get a"
    " better one, or try `--engine local`.",
}

_AWAY = {
    Cause.COMPUTER: ", as this computer slept or stood still: keep it awake",
    Cause.DEVICE: ", as the microphone was away",
}

_LOST = {
    Cause.COMPUTER: "this computer is too busy to record all; close what else is at"
    " work on it.",
    Cause.SERVER: "the server had them, and has them no more; what was shown here is"
    " right, but its conversation may lack it.",
    Cause.CONNECTION: "they could not be sent, and more waits than `spool_limit`"
    " allows; get a better connection, or raise it:"
    " `symbl config set spool_limit 10GB`.",
    Cause.MEMORY: "they could not be sent, and more waits than memory may hold; get a"
    " better connection, or let it wait on disk: without `--no-store`, and with room"
    " where `symbl config path runs` is.",
    Cause.DISK: "what was kept on disk cannot be read; see whether the disk is sound"
    " where `symbl config path runs` is.",
}


def sentence(status: Status) -> str:
    """What *status* tells and what helps, with whom it is about where several speak."""
    said = _PLAIN.get(status.state) or _measured(status)
    return f"{status.speaker}: {said}" if status.speaker else said


def _measured(status: Status) -> str:
    seconds = f"{status.seconds or 0:.1f} s"
    match status.state:
        case State.RECONNECTING:
            goes_on = "" if status.recording is False else " Recording goes on."
            return (
                f"The connection is lost; attempt {status.attempt} to get it back in"
                f" {status.delay or 0:.1f} s.{goes_on}"
            )
        case State.RECONNECTED:
            lost = f"{status.lost:.1f} s of sound are" if status.lost else "Nothing is"
            return f"Connected again after {status.gap or 0:.1f} s. {lost} lost."
        case State.DEVICE_CHANGED:
            return f"Recording from {status.device}."
        case State.AUDIO_DROPPED:
            why = _LOST[status.cause or Cause.COMPUTER]
            return f"{seconds} of sound are lost: {why}"
        case State.GAP:
            why = _AWAY.get(status.cause, "") if status.cause else ""
            return f"A gap: for {seconds} nothing was recorded{why}."
        case State.LAGGING:
            why = _LATE.get(status.cause or Cause.CONNECTION, _LATE[Cause.CONNECTION])
            return f"The words come {seconds} late: {why} Nothing is lost."
        case State.MARKED:
            return f"Marked at {clock(status.start or 0)}: {status.text}"
        case _:
            return status.state


_NAMES = {
    "transcript": ("message", "messages"),
    "question": ("question", "questions"),
    "action_item": ("action item", "action items"),
    "follow_up": ("follow-up", "follow-ups"),
    "topic": ("topic", "topics"),
    "tracker": ("tracker match", "tracker matches"),
    "entity": ("entity", "entities"),
}


def summary(end: End) -> str:
    """What came of the run, in one line; empty where it failed before its first sound.

    What there is to say then is the error.
    """
    found = [
        f"{count} {_NAMES[name][count != 1]}"
        for name, count in end.counts.items()
        if count and name in _NAMES
    ]
    if end.duration or end.error is None:
        found.insert(0, f"{clock(end.duration)} of sound")
    came = f"{', '.join(found)}." if found else ""
    saved = f"Saved: {', '.join(end.files)}." if end.files else ""
    cut = [file.path for file in end.incomplete or ()]
    incomplete = f"Incomplete: {', '.join(cut)}." if cut else ""
    return " ".join(filter(None, (came, saved, incomplete)))
