"""A few telling sentences (§2.16)."""

from collections.abc import Iterable
from hashlib import sha256

from ...protocol.events import Json, MessageReference
from ...protocol.resource_table import write
from ...protocol.resources import SummarySentence
from ..insights import summary
from ..insights.findings import Said
from ..store.finding_rows import FindingKind
from ..store.records import ConversationRecord
from .exchange import Call, Refused, Reply
from .people import said_in

_WEIGHING = (
    FindingKind.QUESTION,
    FindingKind.ACTION_ITEM,
    FindingKind.FOLLOW_UP,
    FindingKind.TOPIC,
)
_DIGITS = 16


def get(call: Call, record: ConversationRecord) -> Reply:
    call.read_flag("refresh")  # it is made anew each time
    if record.is_live:
        raise Refused(404, "there is no summary before the conversation has ended")
    return Reply({"summary": summarise(call, record, said_in(call, record))})


def summarise(
    call: Call, record: ConversationRecord, said: Iterable[Said]
) -> list[Json]:
    found = call.desk.store.findings(record.id, _WEIGHING)
    return [write(_resource(one)) for one in summary.summarise(said, found)]


def _resource(sentence: summary.SummarySentence) -> SummarySentence:
    return SummarySentence(
        id=_id(sentence),
        text=sentence.text,
        message_refs=tuple(MessageReference(id=one) for one in sentence.message_ids),
    )


def _id(sentence: summary.SummarySentence) -> str:
    """The same for the same sentence, each time it is asked for."""
    digest = sha256("\0".join((*sentence.message_ids, sentence.text)).encode())
    return str(int(digest.hexdigest(), 16))[:_DIGITS]
