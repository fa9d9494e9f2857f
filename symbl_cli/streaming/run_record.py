"""What a run leaves behind that says how to go on with it: `run.json`."""

import json
import os
from datetime import MINYEAR, datetime
from pathlib import Path
from typing import Any

from ..errors import NewerStoreError, RemoteProtocolError, StoreError
from ..frozen import dataclass
from ..media.format import HIGHEST_RATE, LOWEST_RATE, AudioFormat, Encoding
from ..protocol.codec import decode, encode
from ..protocol.events import Json, SpeechRecognition, StartRequest

VERSION = 1
_MOST_STREAMS = 256
_LAST_YEAR = 9000
"""There is time for all that was said, too."""
_DAMAGED = "its run.json is damaged"


@dataclass(frozen=True, slots=True)
class RecordedStream:
    """One source of the run."""

    name: str
    request: StartRequest
    """As at its first dial."""

    @property
    def speaker(self) -> str | None:
        person = self.request.speaker
        return person.name if person else None

    @property
    def format(self) -> AudioFormat:
        speech = self.request.config.speech_recognition or SpeechRecognition()
        known = AudioFormat()
        return AudioFormat(
            sample_rate=speech.sample_rate or known.sample_rate,
            encoding=Encoding(speech.encoding or known.encoding),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    connection_id: str
    engine: str
    """`local` or `remote`, as the `begin` line says it."""
    url: str | None
    """Of a remote server, without anything secret."""
    started_at: datetime
    file: Path | None
    """The recording that was read; else the sound lies beside."""
    streams: tuple[RecordedStream, ...]

    @property
    def title(self) -> str | None:
        return self.streams[0].request.config.meeting_title


def encode_record(record: RunRecord) -> str:
    streams: list[Json] = [
        {"name": stream.name, "request": str(encode(stream.request))}
        for stream in record.streams
    ]
    fields: dict[str, Json] = {
        "version": VERSION,
        "connectionId": record.connection_id,
        "engine": record.engine,
        "url": record.url,
        "startedAt": record.started_at.isoformat(),
        "file": None if record.file is None else str(record.file),
        "streams": streams,
    }
    return json.dumps(fields, indent=1) + "\n"


def decode_record(text: str) -> RunRecord:
    """Raises StoreError where *text* is no record of a run.

    What to do then is for whoever knows where it came from.
    """
    try:
        return _record(json.loads(text))
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ) as exc:
        raise StoreError(_DAMAGED) from exc


def _record(fields: dict[str, Any]) -> RunRecord:
    """Raises StoreError, or what comes of whatever else may be there."""
    if _whole(fields["version"]) > VERSION:
        raise NewerStoreError("a newer symbl left it", suggestion="update this one")
    streams = tuple(map(_stream, fields["streams"]))
    if not 0 < len(streams) <= _MOST_STREAMS:
        raise ValueError(len(streams))
    return RunRecord(
        connection_id=_text(fields["connectionId"]),
        engine=_text(fields["engine"]),
        url=None if fields["url"] is None else _text(fields["url"]),
        started_at=_moment(fields["startedAt"]),
        file=None if fields["file"] is None else _path(fields["file"]),
        streams=streams,
    )


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(value)
    return value


def _text(value: str) -> str:
    """Raises ValueError where it cannot be sent, AttributeError where it is none."""
    value.encode()
    return value


def _path(value: str) -> Path:
    """Raises ValueError, TypeError; bytes that are no text are as Python has them."""
    if b"\0" in os.fsencode(value):
        raise ValueError(value)
    return Path(value)


def _moment(text: str) -> datetime:
    """Raises ValueError; with a zone, and a year before and after it in every one."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or not MINYEAR + 1 < moment.year < _LAST_YEAR:
        raise ValueError(text)
    return moment


def _stream(fields: dict[str, str]) -> RecordedStream:
    try:
        request = decode(_text(fields["request"]))
    except RemoteProtocolError as exc:
        raise ValueError(fields) from exc
    if not isinstance(request, StartRequest):
        raise TypeError(fields)
    stream = RecordedStream(str(fields["name"]), request)
    if not LOWEST_RATE <= stream.format.sample_rate <= HIGHEST_RATE:
        raise ValueError(fields)
    return stream
