"""What the first bytes of a file or pipe say about the rest."""

from collections.abc import Callable
from enum import Enum

from ..frozen import dataclass

HEAD_SIZE = 4096
"""Bytes that `sniff` wants to see, where there are as many."""


class Content(Enum):
    EMPTY = "nothing"
    WAV = "a WAV file"
    COMPRESSED = "compressed sound"
    OTHER = "not sound"
    TEXT = "text"
    UNKNOWN = "nothing that shows what it is"
    """Raw samples have no mark of their own, so this may be some."""


@dataclass(frozen=True, slots=True)
class Sniffed:
    content: Content
    name: str = ""
    """What people call it: "MP3", "a PDF"."""


_MARKS: tuple[tuple[int, bytes, Content, str], ...] = (
    (0, b"fLaC", Content.COMPRESSED, "FLAC"),
    (0, b"OggS", Content.COMPRESSED, "Ogg"),
    (0, b"ID3\x02", Content.COMPRESSED, "MP3"),
    (0, b"ID3\x03", Content.COMPRESSED, "MP3"),
    (0, b"ID3\x04", Content.COMPRESSED, "MP3"),
    (4, b"ftyp", Content.COMPRESSED, "MP4"),
    (0, b"\x1aE\xdf\xa3", Content.COMPRESSED, "WebM"),
    (0, b"#!AMR", Content.COMPRESSED, "AMR"),
    (0, b"0&\xb2u\x8ef\xcf\x11", Content.COMPRESSED, "WMA"),
    (0, b"caff", Content.COMPRESSED, "CAF"),
    (0, b".snd", Content.COMPRESSED, "AU"),
    (0, b"RIFX", Content.COMPRESSED, "RIFX"),
    (0, b"riff\x2e\x91\xcf\x11", Content.COMPRESSED, "Wave64"),
    (8, b"AVI ", Content.COMPRESSED, "AVI"),
    (8, b"AIFF", Content.COMPRESSED, "AIFF"),
    (8, b"AIFC", Content.COMPRESSED, "AIFF"),
    (0, b"%PDF-", Content.OTHER, "a PDF"),
    (0, b"\x89PNG\r\n\x1a\n", Content.OTHER, "a picture"),
    (0, b"\xff\xd8\xff\xe0", Content.OTHER, "a picture"),
    (0, b"GIF89a", Content.OTHER, "a picture"),
    (0, b"PK\x03\x04", Content.OTHER, "a ZIP archive"),
    (0, b"\x1f\x8b\x08", Content.OTHER, "a gzip archive"),
    (0, b"\x7fELF", Content.OTHER, "a program"),
)
_WAV_FORMS = (b"RIFF", b"RF64", b"BW64")


def sniff(head: bytes) -> Sniffed:
    """Tell what begins with *head*: all of it, or `HEAD_SIZE` bytes."""
    if not head:
        return Sniffed(Content.EMPTY)
    if head.startswith(_WAV_FORMS) and head[8:12] == b"WAVE":
        return Sniffed(Content.WAV, "WAV")
    for offset, mark, content, name in _MARKS:
        if head.startswith(mark, offset):
            return Sniffed(content, name)
    if _has_two_frames(head, _mp3_frame_size):
        return Sniffed(Content.COMPRESSED, "MP3")
    if _has_two_frames(head, _aac_frame_size):
        return Sniffed(Content.COMPRESSED, "AAC")
    if _is_text(head):
        return Sniffed(Content.TEXT, "text")
    return Sniffed(Content.UNKNOWN)


def _has_two_frames(head: bytes, frame_size: Callable[[bytes], int]) -> bool:
    """One sync word may be a loud raw sample, the next at the right place is none."""
    size = frame_size(head)
    return size > 0 and frame_size(head[size:]) > 0


_MP3_KBITS = (
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
)
_MP3_RATES = (44100, 48000, 32000)


def _mp3_frame_size(head: bytes) -> int:
    """Bytes of the MPEG layer III frame that begins *head*, 0 if none does."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:  # noqa: PLR2004 - sync, layer III
        return 0
    version = head[1] >> 3 & 3
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or bitrate in {0, 15} or rate == 3:  # noqa: PLR2004 - reserved
        return 0
    is_first = version == 3  # noqa: PLR2004 - MPEG-1; else 2 or 2.5
    kbits = _MP3_KBITS[is_first][bitrate]
    sample_rate = _MP3_RATES[rate] >> (0 if is_first else 1 if version else 2)
    padding = head[2] >> 1 & 1
    return (144 if is_first else 72) * kbits * 1000 // sample_rate + padding


def _aac_frame_size(head: bytes) -> int:
    """Bytes of the ADTS frame that begins *head*, 0 if none does."""
    if len(head) < 6 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:  # noqa: PLR2004 - sync, layer 0
        return 0
    return (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode()
    except UnicodeDecodeError as exc:
        if len(head) - exc.start > 3 or exc.start == 0:  # noqa: PLR2004 - a character cut in two
            return False
        text = head[: exc.start].decode()
    return all(character.isprintable() or character in "\t\n\r\f" for character in text)
