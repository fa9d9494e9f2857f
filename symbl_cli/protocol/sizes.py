"""How much a start_request may hold, unless a server allows another number."""

from collections.abc import Iterable, Iterator, Sequence

from ..errors import UsageError
from .events import TrackerSpec

LONGEST_NAME = 512
"""Characters of whatever names something."""
LONGEST_PHRASE = 200
MOST_PHRASES = 2_000
"""In trackers, in vocabulary, in fixes, each."""


def phrases_in(trackers: Iterable[TrackerSpec]) -> int:
    """How many phrases *trackers* watch for; a name alone is one."""
    return sum(max(1, len(one.vocabulary)) for one in trackers)


def check_sizes(
    *,
    title: str | None,
    trackers: Sequence[TrackerSpec],
    vocabulary: Sequence[str],
) -> None:
    """Raises UsageError where a server would refuse what is asked for."""
    for what, count in (
        ("trackers", phrases_in(trackers)),
        ("the words to expect", len(vocabulary)),
    ):
        if count > MOST_PHRASES:
            raise UsageError(
                f"{what} are {count} phrases, and may be {MOST_PHRASES}",
                suggestion="leave out those that matter least",
            )
    for what, text, longest in _texts(title or "", trackers, vocabulary):
        if len(text) > longest:
            raise UsageError(
                f"{what} has {len(text)} characters, and may have {longest}:"
                f" {text[:40]}…"
            )


def _texts(
    title: str, trackers: Iterable[TrackerSpec], vocabulary: Iterable[str]
) -> Iterator[tuple[str, str, int]]:
    yield "the title", title, LONGEST_NAME
    for tracker in trackers:
        yield "a tracker's name", tracker.name, LONGEST_NAME
        for phrase in tracker.vocabulary:
            yield "a tracker's phrase", phrase, LONGEST_PHRASE
    for word in vocabulary:
        yield "a word to expect", word, LONGEST_PHRASE
