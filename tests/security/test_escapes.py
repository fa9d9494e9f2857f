"""Nothing that a server, a file or a device says is obeyed by a terminal."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from unicodedata import category

import pytest

from symbl_cli.protocol import events as e
from tests.command_line import Home, command
from tests.conversations.answering import Said, answering
from tests.scripted_speech import speech
from tests.streaming.service import Peer, Service

EVIL = "Mara\x1b]0;owned\x07\x9b2J\x1b[31m\r\x08\u202eX"
"""Sets the title, clears the screen, turns red, goes back, turns letters round."""
OBEYED = ("\x1b]0;owned", "\x9b2J", "\x08", "\u202e")
TOKEN = {"SYMBL_ACCESS_TOKEN": "a.token.of-ours"}
TALK = speech("Hi.")
USER = {"id": "m", "userId": "u", "name": EVIL}
FRAMES: tuple[object, ...] = tuple(
    {
        "type": "message",
        "message": {
            "type": "recognition_result",
            "isFinal": final,
            "punctuated": {"transcript": f"{EVIL} {number}"},
            "payload": {"raw": {"alternatives": [{"transcript": EVIL, "words": []}]}},
            "user": USER,
        },
    }
    for number, final in enumerate((False, True))
)
INSIGHTS: tuple[object, ...] = (
    {
        "type": "message_response",
        "messages": [
            {"id": "1", "from": USER, "payload": {"content": EVIL}, "channel": {}}
        ],
    },
    {
        "type": "insight_response",
        "insights": [
            {
                "id": f"i-{kind}",
                "type": kind,
                "confidence": 0.9,
                "assignee": USER,
                "from": USER,
                "payload": {"content": EVIL, "contentType": "text/plain"},
                "dueBy": EVIL,
            }
            for kind in ("question", "action_item", "follow_up")
        ],
    },
    {
        "type": "topic_response",
        "topics": [{"id": "t", "phrases": EVIL, "score": 0.9, "rootWords": []}],
    },
    {
        "type": "tracker_response",
        "isFinal": True,
        "trackers": [
            {"id": "r", "name": EVIL, "matches": [{"type": "v", "value": EVIL}]}
        ],
    },
    {"type": "error", "message": EVIL, "details": EVIL},
    {"type": EVIL, EVIL: EVIL},
    {"type": "message", "message": {"type": EVIL}},
)


def _serve(peer: Peer) -> None:
    peer.listen()
    peer.until(e.Audio)
    for frame in (*FRAMES, *INSIGHTS):
        peer.send_text(json.dumps(frame, ensure_ascii=False))
    peer.finish()


def _serve_badly(peer: Peer) -> None:
    peer.listen()
    peer.until(e.Audio)
    peer.send_text(json.dumps({"type": "error", "message": EVIL, "details": EVIL}))
    peer.close(1008, EVIL[:60])


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def _controls(text: str) -> set[str]:
    """What in *text* is more than letters, lines and columns."""
    return {one for one in text if category(one) in {"Cc", "Cf"}} - {"\n", "\t"}


def test_the_frames_of_a_server_move_no_cursor(home: Home) -> None:
    with Service(_serve) as service:
        ran = home.run(
            *("stream", "-", "--api-url", service.url, "--interim", "-vv"),
            *("--srt", "a.srt", "--vtt", "a.vtt", "--markdown", "a.md"),
            *("--text", "a.txt", "--insights", "all", "--title", EVIL),
            sound=TALK,
            environment=TOKEN,
        )

    assert "owned" in ran.stdout
    assert _controls(ran.stdout) == set()
    for name in ("a.srt", "a.vtt", "a.md", "a.txt"):
        written = (home.folder / name).read_text()
        assert "owned" in written
        assert _controls(written) == set()
    assert _controls(ran.stderr) == set()


@pytest.mark.parametrize("form", ["--json", "-osrt", "-ovtt", "-omarkdown"])
def test_no_form_of_output_moves_a_cursor(home: Home, form: str) -> None:
    with Service(_serve) as service:
        ran = home.run(
            *("stream", "-", "--api-url", service.url, form),
            sound=TALK,
            environment=TOKEN,
        )

    assert "owned" in ran.stdout
    assert not any(obeyed in ran.stdout + ran.stderr for obeyed in OBEYED)


def test_the_wire_as_it_is_holds_no_more_than_json_lets_it(home: Home) -> None:
    with Service(_serve) as service:
        ran = home.run(
            *("stream", "-", "--api-url", service.url, "-owire"),
            sound=TALK,
            environment=TOKEN,
        )

    assert "owned" in ran.stdout
    assert not any(one < " " for one in ran.stdout.replace("\n", ""))


def test_the_last_words_of_a_server_move_no_cursor(home: Home) -> None:
    with Service(_serve_badly) as service:
        ran = home.run(
            *("stream", "-", "--api-url", service.url, "--no-reconnect"),
            sound=TALK,
            environment=TOKEN,
        )

    assert ran.code == 5
    assert "owned" in ran.stderr
    assert _controls(ran.stderr) == set()


def test_on_a_terminal_the_title_and_the_screen_stay(home: Home) -> None:
    with Service(_serve) as service:
        shown = _on_a_terminal(
            home, "stream", "-", "--api-url", service.url, "--title", EVIL
        )

    assert "owned" in shown
    assert not any(obeyed in shown for obeyed in OBEYED)


def _on_a_terminal(home: Home, *arguments: str) -> str:
    """What a terminal is sent by `symbl`, its sound coming through a pipe."""
    master, slave = os.openpty()
    process = subprocess.Popen(
        command(arguments),
        stdin=subprocess.PIPE,
        stdout=slave,
        stderr=slave,
        env=home.environment(**TOKEN, TERM="xterm-256color", LC_ALL="C.UTF-8"),
        cwd=home.folder,
    )
    os.close(slave)
    late = Timer(60, process.kill)
    late.start()
    assert process.stdin is not None
    process.stdin.write(TALK)
    process.stdin.close()
    shown = b"".join(_read(master))
    os.close(master)
    late.cancel()
    assert process.wait(10) == 0, shown
    return shown.decode()


def _read(terminal: int) -> Iterator[bytes]:
    try:
        while piece := os.read(terminal, 1 << 16):
            yield piece
    except OSError:
        pass  # Linux says so when nobody writes any more.


CONVERSATION = {
    "conversation": {"id": "9", "name": EVIL, "members": [{"id": "m", "name": EVIL}]},
    "messages": [{"id": "1", "text": EVIL, "from": {"id": "m", "name": EVIL}}],
    "topics": [{"id": "2", "text": EVIL, "score": 0.9}],
    "questions": [{"id": "3", "text": EVIL, "from": {"id": "m", "name": EVIL}}],
    "actionItems": [{"id": "4", "text": EVIL, "dueBy": "2026-11-27"}],
    "followUps": [{"id": "5", "text": EVIL}],
    "bookmarks": [{"id": "6", "label": EVIL, "beginTimeOffset": 0}],
}


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Where somebody's export has been imported."""
    home = Home(tmp_path_factory.mktemp("past"))
    file = home.folder / "export.json"
    file.write_text(json.dumps({"version": 1, "conversations": [CONVERSATION]}))
    with home.scripted_server():
        ran = home.run("conversation", "import", file)
        assert ran.code == 0, ran.stderr
        yield home


@pytest.mark.parametrize(
    "asked",
    [
        ("list",),
        ("show", "9"),
        ("messages", "9"),
        ("topics", "9"),
        ("questions", "9"),
        ("action-items", "9"),
        ("follow-ups", "9"),
        ("members", "9"),
        ("transcript", "9"),
        ("show", EVIL),
    ],
    ids=" ".join,
)
def test_what_was_imported_moves_no_cursor(past: Home, asked: tuple[str, ...]) -> None:
    ran = past.run("conversation", *asked)

    assert "owned" in ran.stdout + ran.stderr
    assert _controls(ran.stdout + ran.stderr) == set()


def test_the_refusal_of_a_server_moves_no_cursor(home: Home) -> None:
    with answering(Said(400, {"message": EVIL})) as server:
        ran = home.run(
            *("conversation", "show", "9", "--api-url", server.url), environment=TOKEN
        )

    assert "owned" in ran.stderr
    assert _controls(ran.stderr) == set()
