"""What one interrupted run left behind becomes a conversation.

Its folder is the only copy of some of it: it goes when the store has said that it
holds everything, and stays after whatever else.
"""

import math
import os
import shlex
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from .. import __version__
from ..audio.source import AudioSource
from ..config.settings import Engine
from ..connect.launcher import LocalServer
from ..connect.lease import hold_lease
from ..conversations.client import ConversationsClient
from ..conversations.http import Http
from ..documents.times import clock
from ..errors import ConnectionLost, LanguageError, StoreError, SymblError, UsageError
from ..lines import Fold, Line, Revised
from ..protocol.events import StartRequest
from ..sinks.notices import Notices
from ..streaming.journal import all_heard_entry, entry, unheard_entry
from ..streaming.kept_source import KeptSource, RestOf
from ..streaming.left_runs import LeftRun
from ..streaming.run import Complaint, Control, Run
from ..streaming.transcribe import transcribe
from ..text.counting import counted
from .salvage import as_known, export_of


@dataclass(frozen=True, slots=True)
class Recovered:
    """What has become of a run."""

    conversation_id: str
    is_whole: bool
    """Whether nothing is left of the run that the conversation has not got."""


def recovered(run: LeftRun, server: LocalServer, notices: Notices) -> Recovered:
    """Nobody else may have *run* meanwhile.

    Raises SymblError where the store has not got all that it could have: then the
    run can be recovered again, and nothing comes twice.
    """
    run.check_sound()
    _tell_missing(run, notices)
    lease = uuid4()
    with hold_lease(server, lease), ConversationsClient(Http(server)) as client:
        return _Recovery(run, server, client, lease, notices).done()


class _Recovery:
    def __init__(
        self,
        run: LeftRun,
        server: LocalServer,
        client: ConversationsClient,
        lease: UUID,
        notices: Notices,
    ) -> None:
        self._run = run
        self._server = server
        self._client = client
        self._lease = lease
        self._notices = notices
        self._journal = run.journal()
        self._streams = run.record.streams
        self._complaints: list[Complaint] = []
        self._starts = [self._journal.end(n) for n, _ in enumerate(self._streams)]

    def done(self) -> Recovered:
        if self._run.is_cut:
            self._tell_cut()
        if self._journal.is_all_heard:
            conversation_id, is_whole = self._stored([]), True
        elif self._has_conversation:
            conversation_id, is_whole = self._go_on(), True
        else:
            conversation_id, is_whole = self._hear_rest()
        if unheard := self._run.journal().unheard:
            raise StoreError(
                f"{self._stays}: {'; '.join(unheard)}; all else is in conversation "
                f"{conversation_id}",
                suggestion=_by_hand(self._run),
            )
        return Recovered(conversation_id, is_whole)

    def _tell_cut(self) -> None:
        until = clock(self._journal.until)
        self._notices.warning(
            f"run {self._run.id} was not kept to its end: its disk took no more",
            suggestion=f"what came after {until} may be missing, and can only be had "
            "from what was written to files",
        )

    @property
    def _stays(self) -> str:
        return f"run {self._run.id} stays where it is"

    @property
    def _has_conversation(self) -> bool:
        """Whether the server has the conversation that the run was in, or may have.

        Where nothing was heard of it the server is the only one who knows.
        """
        ids = self._journal.conversation_ids
        is_here = self._run.record.engine == Engine.LOCAL.value
        return is_here and (not ids or self._client.knows(ids[-1]))

    # --- where the server has the beginning

    def _go_on(self) -> str:
        """The server takes what it has not got, into the conversation that it has.

        It may lack even what it had told: where its disk was full meanwhile.
        """
        requests = tuple(stream.request for stream in self._streams)
        # Time grows: no dial of the run, nor of an earlier recovery, had a higher one.
        epoch = _next_second()
        # It passes what it cannot make out, and does not hear it again.
        heard = self._transcribed(requests, epoch=epoch, tell=self._note_unheard)
        self._check_stored()
        return self._stored(heard.kept, into=heard.conversation_id)

    # --- where it has not

    def _hear_rest(self) -> tuple[str, bool]:
        """What was heard, and what this computer hears in the rest, become one.

        And whether that is all: another server may have understood another language.
        The rest is noted before it is stored, so that it is heard once, whatever
        happens then.
        """
        if damaged := self._journal.damaged:
            lines, are = counted(damaged, "line"), "is" if damaged == 1 else "are"
            self._notices.warning(
                f"{lines} of what run {self._run.id} had heard {are} damaged",
                suggestion="only the others come back",
            )
        requests = tuple(
            replace(stream.request, stream_id=uuid4().hex, store=False)
            for stream in self._streams
        )
        try:
            heard = self._transcribed(requests, epoch=0, tell=lambda _: None)
        except LanguageError as exc:
            return self._stored_without_rest(exc), False
        rest = as_known(self._journal.kept, heard.kept)
        entries = _entries(rest, heard.conversation_id)
        unheard = (unheard_entry(one.message) for one in self._complaints)
        self._run.note("".join((*entries, *unheard, all_heard_entry())))
        return self._stored(rest, or_else=heard.conversation_id), True

    def _stored_without_rest(self, exc: LanguageError) -> str:
        """Raises LanguageError where nothing was heard before either."""
        message = f"the rest of run {self._run.id} stays where it is: {exc.message}"
        suggestion = f"its sound is in {self._run.folder}"
        if self._journal.conversation_id is None:
            raise LanguageError(message, suggestion=suggestion) from exc
        self._notices.warning(message, suggestion=suggestion)
        return self._stored([])

    # --- both

    def _stored(
        self, rest: Sequence[Revised], *, into: str = "", or_else: str = ""
    ) -> str:
        """The id of the conversation that has everything now."""
        record = self._run.record
        export = export_of(
            into or self._journal.conversation_id or or_else,
            record.title,
            record.started_at,
            [*self._journal.kept, *rest],
        )
        try:
            return self._client.complete(export).id
        except SymblError as exc:
            again = f"then `symbl recover {self._run.id}` brings it back"
            raise type(exc)(
                f"{self._stays}: {exc.message}",
                suggestion="; ".join(filter(None, (exc.suggestion, again))),
            ) from exc

    def _note_unheard(self, complaint: Complaint) -> None:
        if complaint.is_stored:
            self._run.note(unheard_entry(complaint.message))

    def _check_stored(self) -> None:
        """Raises StoreError."""
        for complaint in self._complaints:
            if not complaint.is_stored:
                again = f"then `symbl recover {self._run.id}` goes on"
                raise StoreError(
                    f"{self._stays}: {complaint.message}",
                    suggestion="; ".join(filter(None, (complaint.suggestion, again))),
                )

    def _transcribed(
        self,
        requests: tuple[StartRequest, ...],
        *,
        epoch: int,
        tell: Callable[[Complaint], None],
    ) -> "_Gathering":
        """Send all that is left, until its last words came; raises SymblError."""
        record, gathering = self._run.record, _Gathering()
        is_new = not epoch

        def complain(complaint: Complaint) -> None:
            self._complaints.append(complaint)
            tell(complaint)

        with closing(_Sources(self._run, self._starts)) as opened:
            end = transcribe(
                opened.sources,
                self._server,
                Run(
                    connection_id=str(uuid4()) if is_new else record.connection_id,
                    started_at=record.started_at,
                    engine=Engine.LOCAL.value,
                    version=__version__,
                    client=str(self._lease),
                    has_lag=False,
                    resumed=tuple(replace(one, is_live=False) for one in requests),
                    epoch=epoch,
                    people=tuple(one.speaker for one in requests),
                ),
                gathering,
                control=Control(),
                on_complaint=complain,
            )
        if (error := end.error) is not None:
            cls = StoreError if error.type == StoreError.kind else ConnectionLost
            raise cls(error.message, suggestion=error.suggestion)
        return gathering


class _Gathering:
    """Folds what is said."""

    def __init__(self) -> None:
        self.conversation_id = ""
        self._fold = Fold()

    @property
    def kept(self) -> list[Revised]:
        return self._fold.kept()

    def handle(self, line: Line) -> None:
        self.conversation_id = line.conversation_id or self.conversation_id
        self._fold.add(line.body)

    def close(self) -> None: ...


def _entries(bodies: Sequence[Revised], conversation_id: str) -> list[str]:
    """*bodies* as the journal has them."""
    now = datetime.now().astimezone()
    lines = (
        Line(number, now, body, conversation_id)
        for number, body in enumerate(bodies, start=1)
    )
    return [text for text in map(entry, lines) if text is not None]


def _tell_missing(run: LeftRun, notices: Notices) -> None:
    """Say what of the sound is not there any more, as far as that can be seen."""
    if run.record.file is not None:
        return
    ends = run.ends()
    for number, stream in enumerate(run.record.streams):
        of = f"the sound of {stream.speaker or stream.name} in run {run.id}"
        seconds = run.missing(number, ends[number])
        if not run.has_sound(number):
            lost = f"{of} is not there"
        elif seconds:
            lost = f"{seconds:.1f} s of {of} are not there any more"
        else:
            continue
        notices.warning(lost, suggestion="only what was heard of it before comes back")


def _by_hand(run: LeftRun) -> str:
    """How to hear anew what a recovery could not make out."""
    record, folder = run.record, shlex.quote(str(run.folder))
    if record.file is not None:
        heard = f"`symbl stream {shlex.quote(str(record.file))}` hears it"
    else:
        rate = record.streams[0].format.sample_rate
        heard = (
            f"`cat {folder}/0-*.pcm | symbl stream - --sample-rate {rate}` hears what "
            "sound is left"
        )
    return f"{heard}, with another model maybe (`symbl models`); then delete {folder}"


class _Sources:
    """The sound of a run: what lies in its folder, or the recording that it read."""

    def __init__(self, run: LeftRun, starts: Sequence[int]) -> None:
        streams = run.record.streams
        if run.record.file is None:
            self.sources: tuple[AudioSource, ...] = tuple(
                KeptSource(run.folder, number, stream, start=start)
                for number, (stream, start) in enumerate(
                    zip(streams, starts, strict=True)
                )
            )
        else:
            whole = _recording(run, run.record.file)
            self.sources = tuple(map(RestOf, whole, starts))

    def close(self) -> None:
        for source in self.sources:
            source.close()


def _recording(run: LeftRun, path: Path) -> tuple[AudioSource, ...]:
    from ..audio.channels import split
    from ..audio.files import Pace, open_file

    streams = run.record.streams
    if not os.path.isfile(path):  # noqa: PTH113 — never raises
        raise UsageError(
            f"the recording {str(path)!r} of run {run.id} is not there any more",
            suggestion="put it back, and try again",
        )
    names = [stream.speaker for stream in streams if stream.speaker]
    sources = split(open_file(path, pace=Pace.FAST), names)
    if [one.format for one in sources] != [one.format for one in streams]:
        raise UsageError(
            f"{str(path)!r} is not the recording that run {run.id} read: its channels "
            "or sample rate are others",
            suggestion="put that one back and try again, or hear this one with "
            f"`symbl stream {shlex.quote(str(path))}`",
        )
    return sources


def _next_second() -> int:
    """Once it has begun: who was ended in this one may have had its number."""
    now = time.time()
    following = math.floor(now) + 1
    time.sleep(following - now)
    return max(1, following)
