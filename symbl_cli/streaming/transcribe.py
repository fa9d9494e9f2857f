"""The loops: sound from sources to a server, and what it says to sinks."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from ..audio.source import AudioSource
from ..config.endpoint import Server
from ..errors import SymblError, UsageError
from ..lines import Begin, Body, End, EndReason, Failure, SourceRef
from ..protocol.additions import NOT_STORED
from ..protocol.events import (
    ErrorMessage,
    NestedError,
    Progress,
    RecognitionResult,
)
from ..sinks.sink import Sink
from .flood import Flood, FloodGate
from .inbox import Finished, Inbox, Item, Notice, Received, Resumed, Trouble
from .keeping import Keeping, NothingKept
from .lateness import Lateness
from .lines_of import LinesOf
from .patience import Patience
from .run import Complaint, Control, Run
from .run_record import RecordedStream, RunRecord
from .stream import Shared, open_stream
from .tasks import Task
from .teller import Teller
from .world import REAL_WORLD, World

_MOST_COMPLAINTS = 100
_LONGEST_COMPLAINT = 1000
LEAVING = 1.0
"""Seconds that a thread may take to notice that it is over."""
NO_WORDS = 1.0
"""Seconds of sound that nobody would miss."""


def transcribe(
    sources: Sequence[AudioSource],
    server: Server,
    run: Run,
    sink: Sink,
    *,
    control: Control,
    on_frame: Callable[[str], None] = lambda _: None,
    on_complaint: Callable[[Complaint], None] = lambda _: None,
    keeping: Keeping | None = None,
    world: World = REAL_WORLD,
) -> End:
    """Send all that *sources* hold, tell *sink* what comes of it, until both end.

    One stream for each of *sources* (at least one), on one connection id. Sound is
    captured and kept from the first moment and until it is final, whatever happens
    to the connection. The last line is `end`, after an error too, which is raised
    then; *sink* is closed. After `control.stop` the last words are waited for, and
    missing ones are told in `end`. *on_frame* gets every frame as it came, and
    *on_complaint* every error that the server goes on after, on this thread.
    *keeping* has what a killed run would lose, until it has ended well.
    """
    kept = keeping or NothingKept()
    return _Transcription(
        sources, server, run, sink, control, on_frame, on_complaint, kept, world
    ).run()


class _Transcription:
    def __init__(
        self,
        sources: Sequence[AudioSource],
        server: Server,
        run: Run,
        sink: Sink,
        control: Control,
        on_frame: Callable[[str], None],
        on_complaint: Callable[[Complaint], None],
        keeping: Keeping,
        world: World,
    ) -> None:
        self._run = run
        self._on_complaint = on_complaint
        self._complaints: set[str] = set()
        self._gate = FloodGate(self._seconds_carried)
        self._is_flooded = False
        self._control = control
        self._on_frame = on_frame
        self._keeping = keeping
        self._inbox = inbox = Inbox()
        self._patience = Patience(run.timing, world.clock)
        self._streams = [
            open_stream(
                number,
                source,
                server,
                Shared(run, world, inbox, self._patience, keeping, len(sources)),
            )
            for number, source in enumerate(sources)
        ]
        self._open: set[int | None] = set(range(len(sources)))
        """Streams of which more may come."""
        voices = tuple(stream.voice for stream in self._streams)
        self._lines = LinesOf(voices, run.started_at, has_lag=run.has_lag)
        self._lateness = Lateness(is_local=run.engine == "local")
        self._teller = Teller(sink, world.wall, self._lateness, keeping.note)
        self._sink = sink
        self._tasks: list[Task] = []
        self._failures: list[BaseException] = []

    def run(self) -> End:
        self._say(self._begin())
        try:
            self._start()
            self._listen()
        except BaseException as exc:
            self._fail(exc)
            raise
        finally:
            self._leave()
            end = self._close()
        if self._failures and self._control.reason is None:
            raise self._failures[0]
        return end

    def _close(self) -> End:
        for body in self._lines.close():
            self._say(body)
        is_complete = self._is_complete()
        if not is_complete:
            self._name_what_is_kept()
        end = self._end()
        self._say(end)
        self._keeping.end(is_complete=is_complete)
        self._sink.close()
        return end

    # --- threads

    def _start(self) -> None:
        self._keeping.begin(self._record())
        put = self._inbox.put
        Task("control", self._obey, lambda: None)
        for number, stream in enumerate(self._streams):
            name = stream.source.name
            self._tasks += (
                Task(f"capture {name}", stream.capture.run, partial(put, Finished())),
                Task(f"uplink {name}", stream.carry, partial(put, Finished(number))),
            )

    def _obey(self) -> None:
        """The control thread: stops as they are asked for."""
        for count in self._control.stops():
            self._close_sources()
            if count > 1:
                self._abandon()

    def _close_sources(self) -> None:
        self._patience.shorten()
        for stream in self._streams:
            stream.source.close()

    def _abandon(self) -> None:
        for stream in self._streams:
            stream.uplink.abandon()

    def _leave(self) -> None:
        """End what still runs; after an orderly end nothing does."""
        self._control.release()
        if not all(task.is_done for task in self._tasks):
            self._close_sources()
            self._abandon()
        for task in self._tasks:
            task.join(LEAVING)

    # --- the caller's loop

    def _listen(self) -> None:
        """Until every stream is over, and all that came of it is said."""
        while self._open:
            try:
                item = self._inbox.get()
                self._handle(item)
            except KeyboardInterrupt:
                self._control.stop(EndReason.INTERRUPTED)

    def _is_complete(self) -> bool:
        """Whether all that was said is with the server, or nobody would miss it.

        What was recorded while it was spoken is nowhere else, and comes only once.
        """
        uplinks = self._tasks[1::2]
        if any(stream.uplink.has_listened for stream in self._streams):
            return all(stream.uplink.is_completed for stream in self._streams)
        return not self._has_unheard_words() and all(task.is_done for task in uplinks)

    def _has_unheard_words(self) -> bool:
        match self._failures:
            case [UsageError(), *_]:
                return False  # who asked for what cannot be has to begin anew
            case _:
                live = [one.unheard for one in self._streams if one.source.is_live]
                return self._keeping.keeps and max(live, default=0.0) > NO_WORDS

    def _name_what_is_kept(self) -> None:
        """To those who are told that the run failed."""
        match self._failures:
            case [SymblError() as error, *_] if self._keeping.keeps:
                seconds = max(stream.unheard for stream in self._streams)
                error.suggestion = "; ".join(
                    filter(None, (error.suggestion, _kept(self._run.file, seconds)))
                )
            case _:
                pass

    def _handle(self, item: Item) -> None:
        match item:
            case Received() if self._is_flooded:
                pass
            case Received():
                self._on_frame(item.frame)
                published = replace(item, event=self._run.publish(item.event))
                self._take(self._attributed(published))
            case Notice(status=status):
                self._say(status)
            case Trouble(error=error):
                self._complain(
                    f"no words come for now, recording goes on: {error.message}",
                    error.suggestion,
                )
            case Resumed(stream=number):
                self._lines.resumed(number)
            case Finished(stream=number):
                self._open.discard(number)
                for task in self._tasks:
                    if task.error is not None:
                        self._fail(task.error)

    def _take(self, received: Received) -> None:
        try:
            self._gate.check(received)
            for body in self._lines.tell(received):
                self._gate.check_line(body)
                self._say(body)
        except Flood as exc:
            self._is_flooded = True
            self._fail(exc)
            self._abandon()
        else:
            self._note(received)

    def _attributed(self, received: Received) -> Received:
        """*received* as of the stream that it speaks of, whichever it came on."""
        match received.event:
            case RecognitionResult(stream_id=str(id_)):
                numbers = (n for n, one in enumerate(self._streams) if one.id == id_)
                return replace(received, stream=next(numbers, received.stream))
            case _:
                return received

    def _note(self, received: Received) -> None:
        match received.event:
            case ErrorMessage() | NestedError() as error:
                self._hear_of(error)
            case RecognitionResult(is_final=True):
                number = received.stream
                end = self._lines.final_end(number)
                self._keeping.final(number, end)
                self._streams[number].uplink.finalised(end)
            case Progress(backlog=backlog) if self._has_lag(received.stream):
                if news := self._lateness.behind(received.stream, backlog):
                    self._say(news)
            case _:
                pass

    def _seconds_carried(self) -> float:
        """Our own server may tell of days that it has kept, as may one gone on with."""
        if self._run.engine == "local" or self._run.resumed:
            return math.inf
        return max(
            one.uplink.carried / one.sending.sample_rate for one in self._streams
        )

    def _has_lag(self, stream: int) -> bool:
        is_timeless = self._streams[stream].voice.timeline.is_timeless
        return self._run.has_lag and not is_timeless

    def _hear_of(self, error: ErrorMessage | NestedError) -> None:
        """Before the conversation it is a refusal, and ends the run."""
        if self._lines.conversation_id is None:
            return
        extra = error.extra if isinstance(error, ErrorMessage) else {}
        said = ": ".join(filter(None, (error.message, error.details)))
        self._complain(
            f"the server says: {said}",
            str(extra.get("suggestion") or ""),
            is_stored=extra.get(NOT_STORED) is not True,
        )

    def _complain(
        self, message: str, suggestion: str, *, is_stored: bool = True
    ) -> None:
        """Once, and not without end."""
        message = message[:_LONGEST_COMPLAINT]
        is_one_of_few = len(self._complaints) < _MOST_COMPLAINTS
        if message not in self._complaints and is_one_of_few:
            self._complaints.add(message)
            self._on_complaint(Complaint(message, suggestion, is_stored))

    def _say(self, body: Body) -> None:
        try:
            self._teller.say(body, self._lines.conversation_id)
        except SymblError as exc:
            self._fail(exc)

    def _fail(self, error: BaseException) -> None:
        """The run ends, as if asked to; *error* is what it ends with."""
        if error not in self._failures:
            self._failures.append(error)
            self._close_sources()

    def _record(self) -> RunRecord:
        run = self._run
        return RunRecord(
            connection_id=run.connection_id,
            engine=run.engine,
            url=run.url,
            started_at=run.started_at,
            file=run.file,
            streams=tuple(
                RecordedStream(one.source.name, one.request) for one in self._streams
            ),
        )

    # --- what is said at both ends

    def _begin(self) -> Begin:
        return Begin(
            sources=tuple(
                SourceRef(
                    name=stream.source.name,
                    sample_rate=stream.source.format.sample_rate,
                    speaker=stream.voice.person.name if stream.voice.person else None,
                )
                for stream in self._streams
            ),
            title=self._run.title,
            started_at=self._run.started_at,
            engine=self._run.engine,
            version=self._run.version,
        )

    def _end(self) -> End:
        left = self._run.files()
        return End(
            reason=self._reason(),
            duration=round(max(stream.sent for stream in self._streams), 3),
            counts=self._teller.counts,
            audio_dropped=round(sum(stream.dropped for stream in self._streams), 3),
            files=tuple(one.path for one in left if one.error is None),
            incomplete=tuple(one for one in left if one.error is not None) or None,
            error=_failure(self._failures[0]) if self._failures else None,
        )

    def _reason(self) -> EndReason:
        if self._control.reason is not None:
            return self._control.reason
        if self._failures:
            return EndReason.ERROR
        was_cut = any(stream.capture.was_cut for stream in self._streams)
        return EndReason.DURATION if was_cut else EndReason.END_OF_INPUT


def _kept(file: Path | None, seconds: float) -> str:
    """What a run that came to no good end leaves behind."""
    if file is not None:
        return "`symbl recover` brings back the rest of the recording"
    return f"{seconds:.0f} s of sound are kept: `symbl recover` brings back their words"


def _failure(error: BaseException) -> Failure:
    match error:
        case SymblError():
            return Failure.of(error)
        case _:
            return Failure("error", f"{type(error).__name__}: {error}")
