"""What recognition says of a stream."""

from ...frozen import dataclass
from .recognizer import HeardWord


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one utterance says so far, or, final, all in all.

    Positions are samples at the rate the stream was opened with, counted from the
    run's first. A final without text takes an interim back.
    """

    utterance: int
    rev: int
    text: str
    start: int
    end: int
    is_final: bool
    words: tuple[HeardWord, ...] = ()
    confidence: float | None = None
    failure: str = ""
    """Why nobody knows what was said, where the recogniser failed; then final."""
