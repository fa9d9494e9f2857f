"""What the live region shows, as values: lines in, rows of text out."""

from dataclasses import replace
from enum import Enum, auto
from typing import TypeVar

from ..documents.times import clock
from ..frozen import dataclass
from ..lines import Body, Insight, InsightKind, State, Status, Transcript
from ..text.terminal import clip, clip_start, columns, terminal_safe
from .text_form import insight_text

_T = TypeVar("_T")

_KEPT = 16
"""Open questions and action items each that may still be shown."""
_MOST_ROWS = 12
_MOST_SPEAKING = 4
_MOST_INSIGHTS = 3
_METER = 10
"""Columns of a level meter."""
_QUIETEST = -60.0
"""dBFS at which a level meter begins."""


class Tone(Enum):
    """What a row is about; the screen gives each its style."""

    STATE = auto()
    TROUBLE = auto()
    SPEECH = auto()
    """Words that may still change."""
    FINAL = auto()
    QUESTION = auto()
    ACTION = auto()
    FOLLOW_UP = auto()
    TRACKER = auto()


@dataclass(frozen=True, slots=True)
class Row:
    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Level:
    """How loud a source is: *peak* in dBFS, `-inf` for silence."""

    peak: float
    name: str = ""
    """Whose, where there are several."""


@dataclass(frozen=True, slots=True)
class View:
    """Of a run, what the live region needs; it does not grow with the run."""

    state: str = "connecting"
    is_troubled: bool = False
    speaking: tuple[Transcript, ...] = ()
    """The interim of each who speaks, in the order in which they began."""
    questions: tuple[Insight, ...] = ()
    """The newest that are open, the newest last."""
    actions: tuple[Insight, ...] = ()
    """The newest, the newest last."""
    seconds: float = 0.0
    levels: tuple[Level, ...] = ()

    def after(self, body: Body) -> "View":
        match body:
            case Transcript():
                return replace(self, speaking=_speaking(self.speaking, body))
            case Insight(kind=InsightKind.QUESTION):
                return replace(self, questions=_newest(self.questions, body))
            case Insight(kind=InsightKind.ACTION_ITEM):
                return replace(self, actions=_newest(self.actions, body))
            case Status():
                return self._in_state(body)
            case _:
                return self

    def at(self, seconds: float, levels: tuple[Level, ...]) -> "View":
        """The view when the clock shows *seconds*."""
        return replace(self, seconds=seconds, levels=levels)

    def _in_state(self, status: Status) -> "View":
        match status:
            case Status(state=State.RECONNECTING, attempt=attempt):
                state = f"reconnecting (attempt {attempt})"
                return replace(self, state=state, is_troubled=True)
            case Status(state=State.RECONNECTED | State.RESUMED | State.LISTENING):
                return replace(self, state="listening", is_troubled=False)
            case Status(state=State.CONNECTING | State.PAUSED | State.DRAINING):
                return replace(self, state=_STATES[status.state], is_troubled=False)
            case _:
                return self


_STATES = {
    State.CONNECTING: "connecting",
    State.PAUSED: "paused",
    State.DRAINING: "waiting for the last words",
}


def _speaking(
    speaking: tuple[Transcript, ...], heard: Transcript
) -> tuple[Transcript, ...]:
    if heard.final:
        return tuple(interim for interim in speaking if interim.id != heard.id)
    if any(interim.speaker.id == heard.speaker.id for interim in speaking):
        return tuple(
            heard if interim.speaker.id == heard.speaker.id else interim
            for interim in speaking
        )
    return (*speaking, heard)


def _newest(insights: tuple[Insight, ...], insight: Insight) -> tuple[Insight, ...]:
    """*insights* with *insight* in its place, without it once it is settled."""
    is_settled = insight.removed or insight.answered_by is not None
    if any(known.id == insight.id for known in insights):
        places = ((insight if each.id == insight.id else each) for each in insights)
        return tuple(each for each in places if each is not insight or not is_settled)
    return insights if is_settled else (*insights, insight)[-_KEPT:]


def render(view: View, width: int, height: int) -> tuple[Row, ...]:
    """The rows of *view* on a screen of *width* columns and *height* rows.

    None is wider than *width* less one: a terminal wraps behind its last column. At
    most half the screen; who speaks comes before questions and action items.
    """
    room = width - 1
    most = max(1, min(_MOST_ROWS, height // 2))
    speaking = _last(view.speaking, min(most - 1, _MOST_SPEAKING))
    rest = most - 1 - len(speaking)
    actions = _last(view.actions, min(rest // 2, _MOST_INSIGHTS))
    questions = _last(view.questions, min(rest - len(actions), _MOST_INSIGHTS))
    return (
        _head(view, room),
        *(_speech_row(interim, room) for interim in speaking),
        *(_insight_row(insight, Tone.QUESTION, room) for insight in questions),
        *(_insight_row(insight, Tone.ACTION, room) for insight in actions),
    )


def _last(things: tuple[_T, ...], count: int) -> tuple[_T, ...]:
    return things[-count:] if count > 0 else ()


def _head(view: View, room: int) -> Row:
    text = f"{clock(view.seconds)}  {view.state}"
    for level in view.levels:
        name = f"{clip(terminal_safe(level.name), _METER)} " if level.name else ""
        meter = f"  {name}{_meter(level.peak)}"
        if columns(text + meter) <= room:
            text += meter
    return Row(clip(text, room), Tone.TROUBLE if view.is_troubled else Tone.STATE)


def _meter(peak: float) -> str:
    loudness = 1 - max(peak, _QUIETEST) / _QUIETEST
    full = min(_METER, round(loudness * _METER))
    return "█" * full + "░" * (_METER - full)


def _speech_row(interim: Transcript, room: int) -> Row:
    """The newest words: they are at the end."""
    name = clip(terminal_safe(interim.speaker.name), room // 3)
    words = clip_start(terminal_safe(interim.text), room - columns(name) - 2)
    return Row(clip(f"{name}: {words}", room), Tone.SPEECH)


def _insight_row(insight: Insight, tone: Tone, room: int) -> Row:
    return Row(clip(terminal_safe(insight_text(insight)), room), tone)
