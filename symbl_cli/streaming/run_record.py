"""What a run leaves behind that says how to go on with it: `run.json`."""

import json
from datetime import MAXYEAR, MINYEAR, datetime
from pathlib import Path

from ..errors import NewerStoreError, RemoteProtocolError, StoreError
from ..frozen import dataclass
from ..media.format import HIGHEST_RATE, LOWEST_RATE, AudioFormat, Encoding
from ..protocol.codec import decode, encode
from ..protocol.events import Json, SpeechRecognition, StartRequest

VERSION = 1
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
        fields = json.loads(text)
        if int(fields["version"]) > VERSION:
            raise NewerStoreError("a newer symbl left it", suggestion="update this one")
        streams = tuple(_stream(one) for one in fields["streams"])
        record = RunRecord(
            connection_id=str(fields["connectionId"]),
            engine=str(fields["engine"]),
            url=fields["url"],
            started_at=_moment(fields["startedAt"]),
            file=Path(fields["file"]) if fields["file"] else None,
            streams=streams,
        )
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise StoreError(_DAMAGED) from exc
    if not record.streams:
        raise StoreError(_DAMAGED)
    return record


def _moment(text: str) -> datetime:
    """Raises ValueError; with a zone, and a year before and after it in every one."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or not MINYEAR + 1 < moment.year < MAXYEAR - 1:
        raise ValueError(text)
    return moment


def _stream(fields: dict[str, str]) -> RecordedStream:
    try:
        request = decode(fields["request"])
    except RemoteProtocolError as exc:
        raise ValueError(fields) from exc
    if not isinstance(request, StartRequest):
        raise TypeError(fields)
    stream = RecordedStream(str(fields["name"]), request)
    if not LOWEST_RATE <= stream.format.sample_rate <= HIGHEST_RATE:
        raise ValueError(fields)
    return stream
