"""Keeps what a run would lose if it were killed, on a thread that waits for nobody."""

import logging
import math
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Condition, Thread
from typing import Protocol, TypeAlias

from ..audio.source import AudioSource
from ..frozen import dataclass
from ..lines import Cause, Line, State, Status, Transcript
from ..locks import Lock
from ..media.format import Encoding
from .capture import frame_samples
from .disk_spool import DiskSpool
from .journal import end_entry, entry
from .journal_writer import JournalWriter
from .run_record import RunRecord
from .runs import CUT, lock_folder, make_folder, remove_folder, write_record
from .spool import MemorySpool, Spool

log = logging.getLogger(__name__)

_HOLD = 0.5
"""Seconds after which the run is named on disk, listened to or not."""
_PATIENCE = 5.0
"""Seconds for the disk to take the last, or to let go of all."""

Tell: TypeAlias = Callable[[Status], None]


class Keeping(Protocol):
    """What a run keeps beside what it sends."""

    @property
    def failure(self) -> str:
        """Why it was given up; empty where it was not."""

    @property
    def keeps(self) -> bool:
        """Whether what does not end well can be recovered."""

    @property
    def is_left(self) -> bool:
        """Whether there is something to recover, once the run is over."""

    @property
    def kept_until(self) -> float:
        """Seconds up to which there are words to recover then; infinite: all."""

    def spool(self, source: AudioSource, tell: Tell, speaker: str | None) -> Spool:
        """For the sound of *source*, the next stream.

        *speaker* is named in states if one of several.
        """

    def begin(self, record: RunRecord) -> None:
        """All spools are there; from now on it is kept."""

    def note(self, line: Line) -> None:
        """Said to everybody."""

    def final(self, stream: int, end: int) -> None:
        """*stream* is final up to *end*, and the lines of it were noted."""

    def end(self, *, is_complete: bool) -> None:
        """The run is over; where *is_complete* nothing is to be recovered."""


@dataclass(frozen=True, slots=True)
class _Stream:
    """Whom to tell what becomes of its sound."""

    tell: Tell
    speaker: str | None
    sample_rate: int

    def lose(self, samples: int, cause: Cause) -> None:
        seconds = round(samples / self.sample_rate, 3)
        self.tell(
            Status(
                State.AUDIO_DROPPED, speaker=self.speaker, seconds=seconds, cause=cause
            )
        )


class NothingKept:
    """Sound is in memory until it is final; a run that is killed leaves nothing."""

    failure = ""
    keeps = False
    is_left = False
    kept_until = 0.0

    def spool(self, source: AudioSource, tell: Tell, speaker: str | None) -> Spool:
        stream = _Stream(tell, speaker, source.format.sample_rate)
        return MemorySpool(may_wait=lambda: not source.is_live, tell_lost=stream.lose)

    def begin(self, record: RunRecord) -> None: ...

    def note(self, line: Line) -> None: ...

    def final(self, stream: int, end: int) -> None: ...

    def end(self, *, is_complete: bool) -> None: ...


class RunKeeper:
    """Keeps a run in a folder below *runs*.

    Sound is in the kernel's hands within half a second. Where the disk fails or is 5 s
    behind, that is told once (`spool_off`), the run goes on, and `failure` says why.
    What was heard waits in memory then, and is written as soon as there is room.
    """

    def __init__(
        self,
        runs: Path,
        *,
        limit: int,
        has_file: bool = False,
        is_stored: Callable[[], bool] = lambda: True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """*limit*: bytes of sound, at most; *has_file*: it is on disk already.

        *is_stored*: whether, at the end, the server has kept what it told.
        """
        self.failure = ""
        self.is_off = False
        self.limit = limit
        self.folder = runs
        self._has_file = has_file
        self._is_stored = is_stored
        self._is_local = False
        self._conversations: set[str | None] = set()
        """Those that finals were of; each server of this computer has but one."""
        self._clock = clock
        self._streams: list[_Stream] = []
        self._spools: list[DiskSpool] = []
        self._changed = Condition()
        self._is_woken = False
        self._journal = JournalWriter(may_drop=lambda: self.is_off)
        self._is_made = False
        """Whether the folder is there."""
        self._is_named = False
        self._is_all_kept = False
        self._is_listened = False
        self._is_ending = False
        self._is_heard = False
        """Whether all sound is final."""
        self._is_complete = False
        self._lock: Lock | None = None
        self._threads: list[Thread] = []

    # --- for the run

    @property
    def keeps(self) -> bool:
        return not self.is_off and (self._has_file or bool(self._spools))

    @property
    def is_left(self) -> bool:
        return self._is_named and not self._is_complete

    @property
    def kept_until(self) -> float:
        # A recording that is on disk can be heard again.
        is_all = not self.is_off or self._has_file or self._is_all_kept
        return math.inf if is_all else self._journal.until

    def spool(self, source: AudioSource, tell: Tell, speaker: str | None) -> Spool:
        audio, number = source.format, len(self._streams)
        stream = _Stream(tell, speaker, audio.sample_rate)
        self._streams.append(stream)
        if self._has_file or audio.encoding in {Encoding.FLAC, Encoding.OPUS}:
            return MemorySpool(
                may_wait=lambda: not source.is_live, tell_lost=stream.lose
            )
        spool = DiskSpool(
            number,
            audio.frame_size,
            self,
            longest=frame_samples(audio),
            may_wait=lambda: not source.is_live,
            clock=self._clock,
        )
        self._spools.append(spool)
        return spool

    def begin(self, record: RunRecord) -> None:
        self.limit //= len(record.streams)
        self._is_local = record.engine == "local"
        # A disk that hangs keeps no process alive.
        thread = Thread(target=self._run, args=(record,), name="spool", daemon=True)
        self._threads.append(thread)
        thread.start()

    def note(self, line: Line) -> None:
        match line.body:
            case Status(state=State.LISTENING):
                self._is_listened = True
                self.wake()
            case Transcript(final=True, end=end):
                self._conversations.add(line.conversation_id)
                self._put(entry(line), until=end)
            case _:
                self._put(entry(line))

    def final(self, stream: int, end: int) -> None:
        self._put(end_entry(stream, end))

    def end(self, *, is_complete: bool) -> None:
        self._is_heard = is_complete
        self._is_complete = is_complete and self._is_stored() and not self._is_torn
        self._is_ending = True
        self.wake()
        for thread in self._threads:
            thread.join(_PATIENCE)

    @property
    def _is_torn(self) -> bool:
        """Whether the store was another one in the end, which has not got it all."""
        return self._is_local and len(self._conversations) > 1

    # --- for its spools

    def wake(self) -> None:
        with self._changed:
            self._is_woken = True
            self._changed.notify_all()

    def give_up(self, why: str) -> None:
        if not self.is_off:
            self.is_off = True
            self.failure = why
            log.warning("%s is given up: %s", self.folder, why)
            self._streams[0].tell(Status(State.SPOOL_OFF))

    def lost(self, stream: int, samples: int, cause: Cause) -> None:
        self._streams[stream].lose(samples, cause)

    # --- its thread

    def _put(self, text: str | None, *, until: float = 0.0) -> None:
        if text is not None:
            self._journal.put(text, until)
            self.wake()

    def _run(self, record: RunRecord) -> None:
        try:
            self._keep_all(record)
        except OSError as exc:
            self.give_up(exc.strerror or str(exc))
        if self.is_off:
            self._mark_cut()
        while not self._is_ending:  # the lock says that the run lives
            self._wait()
            self._catch_up()
        if self.is_off and self._is_made and not self._is_complete:
            self._keep_rest(record)
        self._leave()

    def _keep_all(self, record: RunRecord) -> None:
        """Until the end; raises OSError."""
        since = self._clock()
        self.folder = make_folder(self.folder, record.connection_id)
        self._is_made = True
        while not self.is_off:
            is_last = self._is_ending
            self._keep()
            is_time = self._is_listened or self._clock() - since >= _HOLD
            if is_time or is_last:
                self._name(record)
            if is_last:
                return
            self._wait()

    def _name(self, record: RunRecord) -> None:
        """From now on it can be recovered; raises OSError."""
        if self._lock is None:
            self._lock = lock_folder(self.folder)
        if not self._is_named:
            write_record(self.folder, record)
            self._is_named = True

    def _wait(self) -> None:
        """Until there is something to do."""
        with self._changed:
            if not self._is_woken:
                self._changed.wait(_HOLD)
            self._is_woken = False

    def _keep(self) -> None:
        """What is noted comes before what is trimmed because of it."""
        doomed = [path for spool in self._spools for path in spool.take_doomed()]
        self._journal.write(self.folder)
        for spool in self._spools:
            spool.save()
        for path in doomed:
            path.unlink(missing_ok=True)

    def _catch_up(self) -> None:
        """Whatever the disk takes again is written, and what is not needed goes."""
        if self._is_made:
            with suppress(OSError):
                self._journal.write(self.folder)
        for spool in self._spools:
            for path in spool.take_doomed():
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    def _keep_rest(self, record: RunRecord) -> None:
        """What the disk did not take before; `cut` stays where it takes it no more."""
        self._catch_up()
        try:
            self._journal.write(self.folder)
            self._name(record)
            for spool in () if self._is_heard else self._spools:
                spool.save()
            if not self._journal.is_short:
                (self.folder / CUT).unlink(missing_ok=True)
                self._is_all_kept = True
        except OSError as exc:
            log.warning("%s is not whole: %s", self.folder, exc)

    def _mark_cut(self) -> None:
        """For whoever recovers it; there is no more room than for a name."""
        if self._is_made and not self._has_file:
            with suppress(OSError):
                (self.folder / CUT).touch(mode=0o600)

    def _leave(self) -> None:
        for spool in self._spools:
            spool.close()
        self._journal.close()
        with suppress(OSError):
            if self._is_complete:
                remove_folder(self.folder, self._lock)
            elif self._lock is not None:
                self._lock.release()
