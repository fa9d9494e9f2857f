"""The Conversation API: request values in, response values out."""

from .answering import METHODS, answer
from .exchange import Desk, Live, NothingLive, Reply, Request

__all__ = ["METHODS", "Desk", "Live", "NothingLive", "Reply", "Request", "answer"]
