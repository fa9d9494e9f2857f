"""What is hidden where the server does not hide it, and what cannot be hidden."""

import shlex
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from symbl_cli.protocol import events as e
from tests.cli.read_back import files_in, named
from tests.command_line import LIMIT, Home, Ran, read_until
from tests.scripted_speech import silence, speech
from tests.sinks.test_hooks import Receiver
from tests.streaming.service import Peer, Service

TOKEN = {"SYMBL_ACCESS_TOKEN": "a-token"}
ANN = e.Person(id="m1", name="Ann")
SAID = "Call 415 555 2671 or dubble ann.lee@home.org."
SHOWN = "Call [phone] or double [email]."
HIDDEN = ("2671", "ann.lee", "home.org", "dubble")
APPEND = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read())"
MAY_KEEP = "the server hears all of it"
SOUND_STAYS = "the sound that is saved is not redacted"


def say_it(peer: Peer) -> None:
    """As a server that knows nothing of `config.redact` and `config.fixes`."""
    peer.listen()
    peer.until(e.Audio)
    for text in ("Call 415 55", SAID):
        peer.send(e.RecognitionResult(punctuated=text, user=ANN))
        peer.until_seen()
    message = e.MessageId("1")
    peer.send(
        e.RecognitionResult(is_final=True, punctuated=SAID, user=ANN),
        e.MessageResponse(messages=(e.Message(id=message, content=SAID),)),
        e.InsightResponse(insights=(e.Insight(type="question", content=SAID),)),
        e.TopicResponse(topics=(e.Topic(phrase=SAID),)),
    )


def disobedient(peer: Peer) -> None:
    say_it(peer)
    peer.finish()


def waiting(peer: Peer) -> None:
    say_it(peer)
    peer.rest()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def test_what_another_server_does_not_hide_is_hidden_here(
    own_home: Home, tmp_path: Path, receiver: Receiver
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (tmp_path / "fixes").write_text("dubble = double\n")
    hook = shlex.join([sys.executable, "-c", APPEND, str(folder / "hooked")])

    with Service(disobedient) as service:
        ran = own_home.run(
            *("stream", "-", "--json", "--interim", "--redact"),
            *("--fixes", tmp_path / "fixes", "--api-url", service.url),
            *("-vv", "--log-file", folder / "log", "--webhook", receiver.url),
            *("--on", "transcript", hook, *named(folder, "record-wire")),
            sound=silence(1),
            environment=TOKEN,
        )

    (tmp_path / "fixes").unlink()
    assert (ran.code, ran.texts) == (0, [SHOWN])
    interims = [one["text"] for one in ran.of("transcript") if not one["final"]]
    assert interims[-1] == SHOWN
    assert receiver.texts_of("question") == receiver.texts_of("topic") == [SHOWN]
    assert SHOWN in (folder / "hooked").read_text()
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {*files_in(folder).values()} - {*kept} == {folder / "out.wire.jsonl"}
    everything = [
        *(path.read_bytes() for path in kept),
        *receiver.bodies,
        (ran.stdout + ran.stderr).encode(),
    ]
    for hidden in HIDDEN:
        assert not any(hidden.encode() in one for one in everything), hidden


def test_what_a_killed_run_leaves_has_nothing_that_is_to_be_hidden(
    own_home: Home,
) -> None:
    with (
        Service(waiting) as service,
        own_home.process(
            *("stream", "-", "--json", "--redact", "--insights", "topic"),
            *("--api-url", service.url),
            **TOKEN,
        ) as run,
    ):
        assert run.stdin is not None
        run.stdin.write(silence(1))
        run.stdin.flush()
        read_until(run, lambda line: '"topic"' in line)
        noted = _noted(own_home, '"topic"')
        run.kill()
        run.wait()

    assert "[phone]" in noted
    assert not any(hidden in noted for hidden in HIDDEN[:3])


def _noted(home: Home, wanted: str) -> str:
    """What the journal of the run has once *wanted* is in it: it is behind a little."""
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        noted = "".join(one.read_text() for one in home.runs.rglob("journal.jsonl"))
        if wanted in noted:
            return noted
        Event().wait(0.05)
    raise AssertionError(list(home.runs.rglob("*")))


def _warnings(ran: Ran) -> list[str]:
    return [line for line in ran.stderr.splitlines() if "Warning" in line]


def test_that_another_server_may_keep_it_is_said_once(own_home: Home) -> None:
    with Service(disobedient) as service:
        asked = ("stream", "-", "--redact", "--api-url", service.url)
        ran = own_home.run(*asked, sound=silence(1), environment=TOKEN)

    (warning,) = _warnings(ran)
    assert MAY_KEEP in warning


@pytest.mark.parametrize("option", ["--save-audio", "--save-dir"])
def test_that_sound_is_not_hidden_is_said_once(
    scripted: Home, tmp_path: Path, option: str
) -> None:
    asked = ("stream", "-", "--redact", option, tmp_path / "kept")

    (warning,) = _warnings(scripted.run(*asked, sound=speech("So be it.")))

    assert SOUND_STAYS in warning


def test_where_all_is_hidden_nothing_is_said(scripted: Home) -> None:
    ran = scripted.run("stream", "-", "--redact", sound=speech("So be it."))

    assert _warnings(ran) == []


@pytest.mark.parametrize(
    "wish",
    [("-o", "wire"), ("--record-wire", "kept"), ("--save-dir", "kept")],
)
@pytest.mark.parametrize("change", ["--redact", "--fixes"])
def test_another_servers_own_messages_are_not_to_be_had(
    own_home: Home, tmp_path: Path, wish: tuple[str, str], change: str
) -> None:
    (tmp_path / "fixes").write_text("dubble = double\n")
    what = (change, tmp_path / "fixes") if change == "--fixes" else (change,)

    ran = own_home.run(
        *("stream", "-", *what, *wish, "--api-url", "ws://127.0.0.1:9"),
        sound=silence(1),
        environment=TOKEN,
    )

    assert ran.code == 2
    assert "own messages cannot be redacted or fixed" in ran.stderr
    assert not (tmp_path / "kept").exists()
