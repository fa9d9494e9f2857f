"""The documented Python surface: `import symbl_cli as symbl`."""

from .connection import StreamingConnection
from .conversations import ConversationsApi
from .starting import StreamingApi

__all__ = ["Conversations", "Streaming", "StreamingConnection"]

Streaming = StreamingApi()
Conversations = ConversationsApi()
