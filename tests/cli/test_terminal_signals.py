"""Keys pressed in a real terminal; every way to end is in test_signal_matrix.py."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import soundfile

from symbl_cli.server.recognition.scripted import SLOW
from tests.cli.expected import DEMO
from tests.cli.talks import talk_in
from tests.command_line import Home, check_lines, finished, read_until
from tests.scripted_speech import say, silence, speech
from tests.streaming.service import Peer, Service
from tests.terminal import (
    HIDE_CURSOR,
    INTERRUPT,
    QUIT,
    SHOW_CURSOR,
    SUSPEND,
    Terminal,
    terminal,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")


@dataclass(frozen=True)
class Talk:
    """A run that waits for the rest of a sentence."""

    window: Terminal
    voice: int
    """A pipe: what is written to it is said."""
    file: Path

    def say(self, pcm: bytes) -> None:
        left = memoryview(pcm)
        while left:
            left = left[os.write(self.voice, left) :]

    @property
    def lines(self) -> list[dict[str, object]]:
        """All that the run said, once it has ended."""
        lines = [json.loads(line) for line in self.file.read_text().splitlines()]
        check_lines(lines)
        return lines

    @property
    def texts(self) -> list[object]:
        finals = [line for line in self.lines if line.get("final")]
        return [line["text"] for line in finals if line["text"]]

    @property
    def states(self) -> list[object]:
        return [line["state"] for line in self.lines if line["type"] == "status"]


@contextmanager
def talking(home: Home, folder: Path, *options: str, **more: str) -> Iterator[Talk]:
    pipe, file = folder / "sound.pipe", folder / "lines.jsonl"
    os.mkfifo(pipe)
    voice = os.open(pipe, os.O_RDWR)  # without a writer the run would be over
    try:
        with terminal(
            home, "stream", pipe, "--jsonl", file, *options, environment=more
        ) as window:
            yield Talk(window, voice, file)
    finally:
        os.close(voice)


def test_ctrl_z_pauses_and_loses_no_word(scripted: Home, tmp_path: Path) -> None:
    with talking(scripted, tmp_path) as talk:
        mode = talk.window.mode
        talk.say(speech("so be it") + say("nobody kn"))
        talk.window.until("Speaker 1: nobody")
        live_mode = talk.window.mode
        talk.window.press(SUSPEND)
        news = talk.window.news()
        paused_mode = talk.window.mode
        talk.window.resume()
        talk.say(say("ows it yet") + silence(1.2) + speech("now they do"))
        talk.window.until("now they do")
        talk.window.press(INTERRUPT)
        assert talk.window.news() == "ended 130"
        last_mode = talk.window.mode

    assert news == "stopped"
    assert live_mode != mode
    assert paused_mode == last_mode == mode
    assert talk.states[-3:] == ["paused", "resumed", "draining"]
    assert " ".join(map(str, talk.texts)).replace(" ", "") == (
        "sobeitnobodyknowsityetnowtheydo"
    )


def test_ctrl_backslash_leaves_the_terminal_as_it_was(
    scripted: Home, tmp_path: Path
) -> None:
    with talking(scripted, tmp_path) as talk:
        mode = talk.window.mode
        talk.say(speech("so be it"))
        talk.window.until("Speaker 1: so be it")
        live_mode = talk.window.mode
        talk.window.press(QUIT)
        news = talk.window.news()
        last_mode = talk.window.mode

    assert news == f"ended {-signal.SIGQUIT}"
    assert live_mode != mode
    assert last_mode == mode
    shown = talk.window.written
    assert -1 < shown.rfind(HIDE_CURSOR) < shown.rfind(SHOW_CURSOR)


def test_a_run_that_was_paused_ends_well(scripted: Home, tmp_path: Path) -> None:
    talk = talk_in(tmp_path, "so be it", "now they do")
    arguments = ("stream", talk, "--pace", "realtime", "--no-live")
    with terminal(scripted, *arguments) as window:
        window.until("so be it")
        window.press(SUSPEND)
        stopped = window.news()
        window.resume()
        ended = window.news()

    assert (stopped, ended) == ("stopped", "ended 0")
    assert "now they do" in window.written


def test_ctrl_c_before_the_first_sound_is_an_end_too(scripted: Home) -> None:
    with scripted.process("stream", "-") as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.send_signal(signal.SIGINT)
        ran = finished(process)

    assert (ran.code, ran.stdout, ran.stderr) == (130, "", "")


def _silent(peer: Peer) -> None:
    """Listens and never says anything."""
    peer.listen()
    peer.rest()


REMOTE = {"SYMBL_ACCESS_TOKEN": "token-1"}


def test_a_terminal_that_hangs_up_twice_is_closed_once(scripted: Home) -> None:
    """Its shell tells its jobs, and when that has gone the kernel does."""
    with scripted.process("stream", "-", "--json", "--interim") as process:
        assert process.stdin is not None
        process.stdin.write(silence(1.2) + say(f"nobody knows it yet{SLOW}"))
        process.stdin.flush()
        read_until(process, lambda line: '"text":"nobody' in line)
        process.send_signal(signal.SIGHUP)
        read_until(process, lambda line: '"draining"' in line)
        process.send_signal(signal.SIGHUP)
        ran = finished(process)

    assert (ran.code, ran.texts) == (129, [f"nobody knows it yet{SLOW}"])


def test_a_server_without_last_words_is_not_waited_for_for_ever(
    own_home: Home, tmp_path: Path
) -> None:
    with Service(_silent) as service:
        options = ("--api-url", service.url, "--no-live")
        with talking(own_home, tmp_path, *options, **REMOTE) as talk:
            talk.say(silence(0.1))
            talk.window.until("Listening.")
            talk.window.press(INTERRUPT)
            news = talk.window.news()

    assert news == "ended 130"
    end = talk.lines[-1]
    assert end["reason"] == "interrupted"
    error = end["error"]
    assert isinstance(error, dict)
    assert error["message"] == "the last words did not come back"
    assert "symbl recover" in error["suggestion"]
    assert "symbl recover" in talk.window.written


def test_a_server_that_the_run_has_started_hears_no_key(
    own_home: Home, tmp_path: Path
) -> None:
    voices, _ = soundfile.read(DEMO.sound, 16000 * 6, dtype="int16")
    with talking(own_home, tmp_path, "--json", "--interim") as talk:
        talk.say(voices[:, 0].tobytes())
        talk.window.until('"type":"transcript"')
        talk.window.press(INTERRUPT)
        news = talk.window.news()

    listed = own_home.run("conversation", "list", "--json")
    assert news == "ended 130"
    assert str(DEMO.parts("transcript")[0]["phrase"]) in " ".join(map(str, talk.texts))
    assert [one["id"] for one in json.loads(listed.stdout)] == [
        talk.lines[-1]["conversation_id"]
    ]


def test_a_reader_who_leaves_ends_the_run_quietly(scripted: Home) -> None:
    with scripted.process("stream", "-", "--json") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(speech("so be it"))
        process.stdin.flush()
        first = json.loads(process.stdout.readline())
        process.stdout.close()
        code = process.wait(20)
        said = process.stderr.read().decode()

    assert first["type"] == "begin"
    assert code == 0
    assert [set(json.loads(line)) for line in said.splitlines()] == [{"status"}]


def test_head_gets_its_line(scripted: Home, tmp_path: Path) -> None:
    (tmp_path / "talk.raw").write_bytes(speech("so be it"))

    ran = scripted.shell(
        f"cat {tmp_path}/talk.raw /dev/zero | symbl stream - -q | head -1;"
        ' echo "${PIPESTATUS[@]}"'
    )

    assert ran.stdout == "[00:01] Speaker 1: so be it\n141 0 0\n"
    assert ran.stderr == ""
