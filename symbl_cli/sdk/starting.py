"""`Streaming`: how a program starts a conversation."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from .. import __version__
from ..config.settings import Engine
from ..errors import RemoteProtocolError, UsageError
from ..media.format import AudioFormat, Encoding
from ..protocol.codec import decode
from ..protocol.events import Fields, Json, StartRequest
from ..streaming.run import Run
from . import arguments
from .connection import StreamingConnection
from .service import GivenCredentials, Service, find_service
from .sound import SentSound

_DEFAULTS: Fields = {"confidenceThreshold": 0.5, "languageCode": "en-US"}
_SPEECH: Fields = {"encoding": "LINEAR16", "sampleRateHertz": 44100}
"""As the vendor's SDK had them (streaming-api.md §6.2)."""


class StreamingApi:
    """`symbl.Streaming`."""

    def start_connection(
        self,
        credentials: GivenCredentials = None,
        speaker: Fields | None = None,
        insight_types: Sequence[str] | None = None,
        config: Fields | None = None,
        trackers: Sequence[Fields] | None = None,
    ) -> StreamingConnection:
        """Begin a conversation; returns when the server listens.

        The arguments are the API's own objects, as dicts and lists. Raises UsageError
        for one that makes no sense, and what keeps the server from listening.
        """
        request = _request(speaker, insight_types, config, trackers)
        event = _read(request)
        sound = SentSound(_format(event))
        service = find_service(credentials)
        lease = uuid4()
        run = _run(event, service, lease)
        return StreamingConnection(service, run, lease, sound, request)


def _request(
    speaker: Fields | None,
    insight_types: Sequence[str] | None,
    config: Fields | None,
    trackers: Sequence[Fields] | None,
) -> dict[str, Json]:
    given = {} if config is None else arguments.fields("config", config)
    speech = given.get("speechRecognition") or {}
    if not isinstance(speech, Mapping):
        raise UsageError("config.speechRecognition must be a dict")
    merged = {**_DEFAULTS, **given, "speechRecognition": {**_SPEECH, **speech}}
    return {
        "type": "start_request",
        "insightTypes": _kinds(insight_types),
        "speaker": None if speaker is None else arguments.fields("speaker", speaker),
        "trackers": None if trackers is None else _trackers(trackers),
        "config": merged,
    }


def _kinds(given: Sequence[str] | None) -> list[Json]:
    several = () if given is None else arguments.items("insight_types", given)
    return [arguments.text("insight_types", one) for one in several]


def _trackers(given: Sequence[Fields]) -> list[Json]:
    several = enumerate(arguments.items("trackers", given))
    return [arguments.fields(f"trackers[{at}]", one) for at, one in several]


def _read(request: Mapping[str, Json]) -> StartRequest:
    try:
        event = decode(json.dumps(request))
    except (RemoteProtocolError, TypeError, ValueError) as exc:
        raise UsageError(f"this cannot be asked for: {exc}") from exc
    match event:
        case StartRequest():
            return event
        case _:
            raise UsageError("this is no start request")


def _format(request: StartRequest) -> AudioFormat:
    speech = request.config.speech_recognition
    name = (speech and speech.encoding) or Encoding.LINEAR16
    rate = (speech and speech.sample_rate) or 0
    try:
        return AudioFormat(sample_rate=rate, encoding=Encoding(name.upper()))
    except ValueError:
        known = ", ".join(Encoding)
        raise UsageError(f"there is no encoding {name!r}; there are {known}") from None


def _run(request: StartRequest, service: Service, lease: UUID) -> Run:
    return Run(
        connection_id=str(uuid4()),
        started_at=datetime.now().astimezone(),
        engine=service.engine.value,
        version=__version__,
        title=request.config.meeting_title or service.settings.title,
        insight_types=request.insight_types or (),
        trackers=request.trackers,
        vocabulary=request.custom_vocabulary or service.settings.vocab,
        config=request.config,
        people=(request.speaker,),
        store=None if service.settings.store else False,
        client=str(lease) if service.engine is Engine.LOCAL else None,
    )
