"""How much a start_request may hold: what it names is looked for in every sentence,
and goes out again with every caption.
"""

import json
from collections.abc import Iterable, Iterator

from ..errors import RemoteProtocolError
from ..protocol.events import Person, StartRequest
from ..protocol.sizes import LONGEST_NAME, LONGEST_PHRASE, phrases_in
from .limits import Limits

_LONGEST_ID = 128
_MOST_KINDS = 100
_LARGEST_PERSON = 4 << 10
"""Characters of all that is said of a speaker: it stands in every caption."""


def check_text(frame: str, limits: Limits) -> None:
    """Raises RemoteProtocolError where *frame* is longer than any needs to be."""
    if len(frame) > limits.text:
        raise RemoteProtocolError(
            f"a message of {len(frame)} characters is too long: it may have"
            f" {limits.text:g}"
        )


def check_start(request: StartRequest, limits: Limits) -> None:
    """Raises RemoteProtocolError, which calls the field by its name."""
    for name, what, count, most in _counts(request, limits):
        if count > most:
            raise _too_many(name, what, count, most)
    for name, text, longest in _texts(request):
        if text is not None and len(text) > longest:
            raise _too_many(name, "characters", len(text), longest)


def _counts(
    request: StartRequest, limits: Limits
) -> Iterator[tuple[str, str, int, float]]:
    """What there may be several of: its name, of what, how many, and the most."""
    in_trackers = phrases_in(request.trackers)
    vocabulary, kinds = request.custom_vocabulary, request.insight_types or ()
    yield "trackers", "phrases", in_trackers, limits.phrases
    yield "customVocabulary", "phrases", len(vocabulary), limits.phrases
    yield "config.fixes", "phrases", len(request.config.fixes), limits.phrases
    yield "config.redact", "kinds", len(request.config.redact), _MOST_KINDS
    yield "insightTypes", "kinds", len(kinds), _MOST_KINDS
    if request.speaker is not None:
        size = len(json.dumps(request.speaker.extra))
        yield "speaker", "characters", size, _LARGEST_PERSON


def _texts(request: StartRequest) -> Iterator[tuple[str, str | None, int]]:
    """What has a length: its name, itself, and how long it may be."""
    config = request.config
    yield "streamId", request.stream_id, _LONGEST_ID
    yield "client", request.client, _LONGEST_ID
    yield "meetingTitle", request.meeting_title, LONGEST_NAME
    yield "config.meetingTitle", config.meeting_title, LONGEST_NAME
    yield from _of_person(request.speaker or Person())
    yield from _each("insightTypes", request.insight_types or (), _LONGEST_ID)
    yield from _each("customVocabulary", request.custom_vocabulary, LONGEST_PHRASE)
    for at, tracker in enumerate(request.trackers):
        yield f"trackers[{at}].name", tracker.name, LONGEST_NAME
        where = f"trackers[{at}].vocabulary"
        yield from _each(where, tracker.vocabulary, LONGEST_PHRASE)
    for at, fix in enumerate(config.fixes):
        yield f"config.fixes[{at}].wrong", fix.wrong, LONGEST_PHRASE
        yield f"config.fixes[{at}].right", fix.right, LONGEST_PHRASE
    mask = (config.redaction or {}).get("redactionString")
    if isinstance(mask, str):
        yield "config.redaction.redactionString", mask, _LONGEST_ID


def _of_person(person: Person) -> Iterator[tuple[str, str | None, int]]:
    yield "speaker.name", person.name, LONGEST_NAME
    yield "speaker.userId", person.user_id, LONGEST_NAME
    yield "speaker.email", person.email, LONGEST_NAME
    yield "speaker.id", person.id, LONGEST_NAME


def _each(
    name: str, texts: Iterable[str], longest: int
) -> Iterator[tuple[str, str | None, int]]:
    for at, text in enumerate(texts):
        yield f"{name}[{at}]", text, longest


def _too_many(name: str, what: str, count: int, most: float) -> RemoteProtocolError:
    return RemoteProtocolError(f"{name} has {count} {what}, and may have {most:g}")
