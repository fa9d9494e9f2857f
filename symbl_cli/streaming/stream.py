"""One source on its way: captured, kept, sent."""

from dataclasses import replace

from ..audio.source import AudioSource
from ..config.endpoint import Server
from ..frozen import dataclass
from ..lines import Status
from ..protocol.events import Person, SpeechRecognition, StartRequest
from .capture import Capture
from .inbox import Inbox, Notice
from .keeping import Keeping
from .lines_of import Voice
from .patience import Patience
from .retries import Persistence
from .run import Run
from .sender import Sending
from .timeline import Timeline
from .uplink import Speech, Uplink
from .world import World


@dataclass(frozen=True, slots=True)
class Shared:
    """What all streams of a run have in common."""

    run: Run
    world: World
    inbox: Inbox
    patience: Patience
    keeping: Keeping
    count: int
    """How many streams there are."""


@dataclass(frozen=True, slots=True)
class Stream:
    request: StartRequest
    source: AudioSource
    voice: Voice
    sending: Sending
    capture: Capture
    uplink: Uplink

    @property
    def id(self) -> str:
        """As the server knows it."""
        return self.request.stream_id or ""

    @property
    def sent(self) -> float:
        """Seconds."""
        return self.uplink.sent / self.sending.sample_rate

    @property
    def dropped(self) -> float:
        """Seconds that were captured or should have been, and never sent."""
        return (self.capture.dropped + self.sending.spool.lost) / (
            self.sending.sample_rate
        )

    @property
    def unheard(self) -> float:
        """Seconds that were captured and are not final."""
        samples = self.capture.position - self.uplink.final_end
        return max(0, samples) / self.sending.sample_rate

    def carry(self) -> None:
        """The uplink's thread; when it is over nothing need be kept any more."""
        try:
            self.uplink.run()
        finally:
            self.sending.spool.finish()


def open_stream(
    number: int, source: AudioSource, server: Server, shared: Shared
) -> Stream:
    """*source* as stream *number* of a run, at rest."""
    run, world, inbox = shared.run, shared.world, shared.inbox
    audio = source.format
    timeline = Timeline(run.started_at, audio.sample_rate)
    speaker = (source.speaker or source.name) if shared.count > 1 else None

    def tell(status: Status) -> None:
        inbox.put(Notice(status))

    spool = shared.keeping.spool(source, tell, speaker)
    sending = Sending(spool, audio.frame_size, audio.sample_rate)
    person = _person(number, source, run)
    request = _request(number, source, person, shared)
    capture = Capture(
        source,
        spool,
        timeline,
        tell=tell,
        wall=world.wall,
        limit=run.duration,
        speaker=speaker,
    )
    uplink = Uplink(
        Speech(
            stream=number,
            request=request,
            epoch=run.epoch,
            sending=sending,
            speaker=speaker,
            is_timeless=lambda: timeline.is_timeless,
            is_hearing_later=lambda: _is_hearing_later(run, timeline),
            is_recording=lambda: source.is_live and not capture.is_over,
        ),
        server,
        lambda where, silence: world.dial(where, run, silence),
        inbox,
        _persistence(shared),
        shared.patience,
    )
    return Stream(
        request,
        source,
        Voice(timeline, person),
        sending,
        capture,
        uplink,
    )


def _person(number: int, source: AudioSource, run: Run) -> Person | None:
    if number < len(run.people):
        return run.people[number]
    return Person(name=source.speaker) if source.speaker else None


def _is_hearing_later(run: Run, timeline: Timeline) -> bool:
    """Another server may begin with a recording when it has all of it."""
    return run.engine != "local" and (timeline.is_timeless or not run.has_lag)


def _persistence(shared: Shared) -> Persistence:
    run, world = shared.run, shared.world
    return Persistence(
        no_reconnect=run.no_reconnect,
        max_retries=run.max_retries,
        timing=run.timing,
        random=world.random,
        clock=world.clock,
    )


def _request(
    number: int, source: AudioSource, person: Person | None, shared: Shared
) -> StartRequest:
    run = shared.run
    if run.resumed:
        return replace(run.resumed[number], client=run.client)
    recognition = SpeechRecognition(
        encoding=source.format.encoding, sample_rate=source.format.sample_rate
    )
    config = replace(
        run.config, meeting_title=run.title, speech_recognition=recognition
    )
    return StartRequest(
        insight_types=run.insight_types,
        custom_vocabulary=run.vocabulary,
        config=config,
        speaker=person,
        trackers=run.trackers,
        no_connection_timeout=None if run.no_reconnect else run.no_connection_timeout,
        stream_id=shared.world.new_id(),
        client=run.client,
        started_at=run.started_at.isoformat(),
        store=run.store,
        streams=shared.count,
        is_live=None if run.has_lag else False,
    )
