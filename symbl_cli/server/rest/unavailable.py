"""What this server does not do, said honestly."""

from ..store.records import ConversationRecord
from .exchange import Call, Refused, Reply


def no_score(_call: Call, _record: ConversationRecord) -> Reply:
    """§2.19."""
    raise Refused(404, "this server computes no call scores")


def no_pages(_call: Call) -> Reply:
    """§2.19."""
    raise Refused(404, "this server has no ready-made pages")


def no_pages_of(call: Call, _record: ConversationRecord) -> Reply:
    """§2.20."""
    return no_pages(call)


def get_intents(_call: Call, _record: ConversationRecord) -> Reply:
    """§2.22: none are looked for."""
    return Reply({"intents": []})
