"""The whole transcript as one text (§2.17)."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from ...documents.captions import Spoken, captions, srt
from ...protocol.resource_table import read, write
from ...protocol.resources import Transcript, TranscriptRequest
from ..insights.findings import Insight, Said
from ..store.records import ConversationRecord
from .exchange import Call, Refused, Reply
from .people import said_in

_BREAK = "<br/><br/>"


class _Form(StrEnum):
    MARKDOWN = "text/markdown"
    SRT = "text/srt"


def post(call: Call, record: ConversationRecord) -> Reply:
    wanted = read(TranscriptRequest, call.read_json())
    if wanted.content_type not in set(_Form):
        raise Refused(400, '"contentType" must be text/markdown or text/srt')
    said = said_in(call, record)
    if wanted.content_type == _Form.SRT:
        subtitles = _srt(said, has_speakers=wanted.show_speakers)
        transcript = Transcript(content=subtitles, content_type=_Form.SRT)
        return Reply({"transcript": write(transcript)})
    phrases = _phrases(call, record, wanted)
    text = _markdown(said, wanted, phrases)
    return Reply({"transcript": {"payload": text, "contentType": _Form.MARKDOWN.value}})


def _srt(said: Iterable[Said], *, has_speakers: bool) -> str:
    spoken = [
        Spoken(one.text, one.start, one.end, one.speaker.name if has_speakers else "")
        for one in said
    ]
    cues = (srt(cue, number) for number, cue in enumerate(captions(spoken), start=1))
    return "".join(cues).rstrip("\n") + "\n"


def _markdown(
    said: Iterable[Said], wanted: TranscriptRequest, phrases: Mapping[str, set[str]]
) -> str:
    lines = (
        (f"{one.speaker.name}: " if wanted.show_speakers else "")
        + _highlighted(one.text, phrases.get(one.id, set()))
        for one in said
    )
    if not wanted.create_paragraphs:
        return " ".join(lines)
    return "".join(line + _BREAK for line in lines)


def _phrases(
    call: Call, record: ConversationRecord, wanted: TranscriptRequest
) -> Mapping[str, set[str]]:
    """What is to be marked, by message."""
    phrases: dict[str, set[str]] = {}
    if not (wanted.highlight_insights or wanted.highlight_all):
        return phrases
    for finding in call.desk.store.findings(record.id):
        match finding:
            case Insight(message_ids=messages, phrases=found):
                for message in messages:
                    phrases.setdefault(message, set()).update(found)
            case _:
                pass
    return phrases


def _highlighted(text: str, phrases: Iterable[str]) -> str:
    for phrase in sorted(phrases):
        if phrase:
            text = text.replace(phrase, f"<mark>{phrase}</mark>")
    return text
