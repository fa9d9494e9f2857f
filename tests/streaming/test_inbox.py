"""The queue between sockets and lines."""

from dataclasses import replace
from threading import Event as Flag

import pytest

from symbl_cli.errors import ExitCode
from symbl_cli.lines import Line, State, Status
from symbl_cli.protocol import events as e
from symbl_cli.streaming.inbox import Finished, Inbox, Notice, Overflow, Received
from tests.fakes import TIMEOUT, LiveSource, RecordingSink
from tests.streaming.runs import heard, run_against
from tests.streaming.service import HungUpError, Peer


def caption(
    text: str, *, name: str | None = "1", is_final: bool = False, stream: int = 0
) -> Received:
    event = e.RecognitionResult(
        is_final=is_final,
        punctuated=text,
        message_id=e.MessageId(name) if name else None,
        user=e.Person(id="m1"),
    )
    return Received(stream, event, "x" * 10, at=0.0)


def drained(inbox: Inbox, count: int) -> list[object]:
    return [inbox.get() for _ in range(count)]


def test_an_interim_takes_the_place_of_its_predecessor() -> None:
    inbox = Inbox()
    news = Notice(Status(State.DRAINING))
    other = caption("x", name="2")
    final = caption("One two.", is_final=True)

    for item in (caption("O"), news, caption("One"), other, caption("One t"), final):
        inbox.put(item)

    assert drained(inbox, 4) == [caption("One t"), news, other, final]


def test_an_interim_that_was_taken_is_not_replaced() -> None:
    inbox = Inbox()
    inbox.put(caption("O"))
    assert inbox.get() == caption("O")

    inbox.put(caption("One"))

    assert inbox.get() == caption("One")


def test_the_next_utterance_of_a_speaker_comes_after_the_final() -> None:
    inbox = Inbox()
    items = [
        caption("O", name=None),
        caption("One.", name=None, is_final=True),
        caption("T", name=None),
    ]
    for item in items:
        inbox.put(item)

    assert drained(inbox, 3) == items


def test_streams_do_not_replace_each_others_interims() -> None:
    inbox = Inbox()
    items = [caption("O", stream=0), caption("T", stream=1)]
    for item in items:
        inbox.put(item)

    assert drained(inbox, 2) == items


def test_finals_are_kept_until_there_is_no_room() -> None:
    inbox = Inbox(limit=35)
    finals = [caption(str(n), name=str(n), is_final=True) for n in range(3)]
    for item in finals:
        inbox.put(item)

    with pytest.raises(Overflow, match="more than can be handled"):
        inbox.put(caption("4", name="4", is_final=True))
    inbox.put(Finished(0))
    assert drained(inbox, 4) == [*finals, Finished(0)]


def test_interims_that_replace_each_other_take_no_room() -> None:
    inbox = Inbox(limit=35)
    for _ in range(100):
        inbox.put(replace(caption("same"), frame="x" * 30))
    for _ in range(100):
        inbox.put(caption("same"))

    inbox.put(replace(caption("other", name="2", is_final=True), frame="x" * 25))

    assert inbox.get() == caption("same")


def test_a_server_that_says_more_than_memory_may_hold_ends_the_run() -> None:
    was_given_up = Flag()
    size = 8 * 2**20
    sent: list[int] = []

    class Stuck(RecordingSink):
        """Takes nothing any more once the server listens."""

        def handle(self, line: Line) -> None:
            super().handle(line)
            if line.body == Status(State.LISTENING):
                assert was_given_up.wait(TIMEOUT)

    def talk(peer: Peer) -> None:
        peer.listen(0)
        try:
            while True:
                message = e.MessageId(str(len(sent)))
                peer.send(replace(heard("x" * size, is_final=True), message_id=message))
                peer.until_seen()
                sent.append(size)
        except HungUpError:
            was_given_up.set()

    with pytest.raises(Overflow, match="64 MB are waiting") as caught:
        run_against(talk, source=LiveSource(), sink=Stuck())

    assert caught.value.exit_code is ExitCode.UNREACHABLE
    # The frames are a little longer than the text in them.
    assert sum(sent) == 64 * 2**20 - size
