"""Live transcription for the terminal, and the documented Python streaming API."""

TYPE_CHECKING = False
"""Importing `typing` to ask it would take as long as all else of `--version`."""
if TYPE_CHECKING:
    from typing import Any

__version__ = "0.1.0"
__all__ = ["Conversations", "Streaming", "__version__"]

_SDK = {"Conversations", "Streaming", "StreamingConnection"}


def __getattr__(name: str) -> "Any":
    # An import statement would make every reader of __version__ load the SDK.
    if name not in _SDK:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.sdk"), name)
