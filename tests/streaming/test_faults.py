"""Faults on the way to a real server: the text is the one of an undisturbed run."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from symbl_cli.lines import Body, End, State, Status, Transcript, fold
from symbl_cli.streaming.run import Control
from symbl_cli.streaming.transcribe import transcribe
from tests.fakes import LiveSource, WatchedSink, chunks_of
from tests.faults import FaultyLine
from tests.scripted_speech import speech
from tests.server_process import ServerProcess, running_server
from tests.streaming.behind import (
    BEHIND_A_LINE,
    PATIENT,
    Behind,
    is_final,
    is_listening,
    is_reconnected,
    port_of,
)
from tests.streaming.runs import RUN

SENTENCES = (
    "Who books the room?",
    "I will send the draft by Friday.",
    "The van is late.",
    "Let us talk about the budget.",
)
Fault = Callable[[FaultyLine], None]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with running_server(tmp_path_factory.mktemp("data"), BEHIND_A_LINE) as process:
        yield process


class Talk:
    """A live run through a faulty line, fed sentence by sentence."""

    def __init__(self, server: ServerProcess, room: str) -> None:
        self.server = server
        self.sink = WatchedSink()
        self.source = LiveSource()
        self.run = replace(RUN, connection_id=room, timing=PATIENT)
        self._position = 0

    def say(self, pcm: bytes) -> None:
        self.source.feed(*chunks_of(pcm, start=self._position))
        self._position += len(pcm) // 2

    def hear(self, line: FaultyLine) -> End:
        """The whole run, on the caller's thread."""

        server = Behind(line, lambda: self.server)
        return transcribe([self.source], server, self.run, self.sink, control=Control())

    def until_final(self, number: int) -> None:
        self.sink.until(is_final, times=number)

    def until_state(self, state: State) -> None:
        self.sink.until(lambda body: isinstance(body, Status) and body.state is state)

    @property
    def texts(self) -> list[str]:
        return [
            one.text for one in fold(self.sink.bodies) if isinstance(one, Transcript)
        ]


def disturbed(talk: Talk, line: FaultyLine, fault: Fault, moments: int) -> None:
    """Speak, with *fault* in the midst of the first *moments* sentences."""
    talk.until_state(State.LISTENING)
    for number, sentence in enumerate(SENTENCES):
        pcm = speech(sentence)
        talk.say(pcm[: len(pcm) // 2])
        if number < moments:
            fault(line)
            talk.sink.until(is_reconnected, times=number + 1)
            line.thaw()  # what was held back reaches a server that must not hear it
        talk.say(pcm[len(pcm) // 2 :])
        talk.until_final(number + 1)
    talk.source.close()


@pytest.mark.parametrize(
    "fault",
    [
        FaultyLine.drop,
        FaultyLine.reset,
        FaultyLine.freeze_those_connected,
        FaultyLine.corrupt,
    ],
    ids=lambda fault: fault.__name__,
)
def test_the_text_is_the_one_of_an_undisturbed_run(
    server: ServerProcess, fault: Fault
) -> None:
    talk = Talk(server, f"fault-{fault.__name__}")

    with (
        FaultyLine(port_of(server)) as line,
        ThreadPoolExecutor(1) as executor,
    ):
        spoken = executor.submit(disturbed, talk, line, fault, 2)
        end = talk.hear(line)
        spoken.result()

    assert talk.texts == list(SENTENCES)
    assert end.counts["transcript"] == len(SENTENCES)
    assert end.audio_dropped == 0


def test_an_outage_of_the_line_is_bridged(server: ServerProcess) -> None:
    talk = Talk(server, "outage")

    def speak(line: FaultyLine) -> None:
        talk.until_state(State.LISTENING)
        talk.say(speech(SENTENCES[0]))
        talk.until_final(1)
        line.down()
        talk.say(speech(*SENTENCES[1:]))
        talk.sink.until(
            lambda body: isinstance(body, Status) and body.state is State.RECONNECTING,
            times=5,
        )
        line.up()
        talk.until_final(4)
        talk.source.close()

    with FaultyLine(port_of(server)) as line, ThreadPoolExecutor(1) as executor:
        spoken = executor.submit(speak, line)
        end = talk.hear(line)
        spoken.result()

    assert talk.texts == list(SENTENCES)
    assert end.audio_dropped == 0


def test_a_loss_during_the_last_words_loses_none_of_them(
    server: ServerProcess,
) -> None:
    talk = Talk(server, "drain")

    def speak(line: FaultyLine) -> None:
        talk.until_state(State.LISTENING)
        talk.say(speech(*SENTENCES))
        talk.source.close()
        talk.until_state(State.DRAINING)
        line.reset()

    with FaultyLine(port_of(server)) as line, ThreadPoolExecutor(1) as executor:
        spoken = executor.submit(speak, line)
        talk.hear(line)
        spoken.result()

    assert talk.texts == list(SENTENCES)


def test_two_speakers_are_both_resumed(server: ServerProcess) -> None:
    sink = WatchedSink()
    sources = [LiveSource(name=name, speaker=name) for name in ("Ann", "Bea")]

    def speak(line: FaultyLine) -> None:
        sink.until(is_listening, times=2)
        for source, sentence in zip(sources, SENTENCES, strict=False):
            source.feed(*chunks_of(speech(sentence)[:32000]))
        line.reset()
        sink.until(is_reconnected, times=2)
        for source, sentence in zip(sources, SENTENCES, strict=False):
            rest = speech(sentence)[32000:]
            source.feed(*chunks_of(rest, start=16000))
            source.close()

    with FaultyLine(port_of(server)) as line, ThreadPoolExecutor(1) as executor:
        spoken = executor.submit(speak, line)
        end = transcribe(
            sources,
            Behind(line, lambda: server),
            replace(RUN, connection_id="two", timing=PATIENT),
            sink,
            control=Control(),
        )
        spoken.result()

    said = [one for one in fold(sink.bodies) if isinstance(one, Transcript)]
    assert sorted((one.speaker.name, one.text) for one in said) == [
        ("Ann", SENTENCES[0]),
        ("Bea", SENTENCES[1]),
    ]
    assert end.counts["transcript"] == 2


def test_a_server_that_is_killed_and_started_again_goes_on(tmp_path: Path) -> None:
    with running_server(tmp_path / "data", BEHIND_A_LINE) as first:
        talk = Talk(first, "killed")

        def speak(line: FaultyLine) -> None:
            talk.until_state(State.LISTENING)
            talk.say(speech(SENTENCES[0]))
            talk.until_final(1)
            half = speech(SENTENCES[1])
            talk.say(half[: len(half) // 2])
            talk.sink.until(is_interim_of(SENTENCES[1]))
            first.kill()
            with running_server(tmp_path / "data", BEHIND_A_LINE) as second:
                talk.server = second
                line.redirect(port_of(second))
                talk.say(half[len(half) // 2 :])
                talk.say(speech(*SENTENCES[2:]))
                talk.until_final(4)
                talk.source.close()
                ended.result(20)

        with FaultyLine(port_of(first)) as line, ThreadPoolExecutor(2) as executor:
            ended = executor.submit(talk.hear, line)
            speak(line)

    assert talk.texts == list(SENTENCES)
    assert [one for one in fold(talk.sink.bodies) if is_open(one)] == []


def is_open(body: Body) -> bool:
    return isinstance(body, Transcript) and not body.final


def is_interim_of(sentence: str) -> Callable[[Body], bool]:
    def is_one(body: Body) -> bool:
        return (
            isinstance(body, Transcript)
            and not body.final
            and bool(body.text)
            and sentence.startswith(body.text)
        )

    return is_one
