"""The Conversation API: request values in, response values out."""

from .answering import CONVERSATIONS, METHODS, answer
from .exchange import Desk, Live, NothingLive, Reply, Request

__all__ = [
    "CONVERSATIONS",
    "METHODS",
    "Desk",
    "Live",
    "NothingLive",
    "Reply",
    "Request",
    "answer",
]
