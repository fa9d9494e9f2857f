"""Lines for other programs, and what they never get to see."""

import hashlib
import hmac
import json
import re
import shlex
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from subprocess import Popen, TimeoutExpired

import pytest

from tests.cli.read_back import ENDINGS, named
from tests.cli.talks import QUESTION, TASK, talk_in
from tests.command_line import Home, read_until
from tests.scripted_speech import speech
from tests.sinks.test_hooks import Receiver

APPEND = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read())"
HANG = "import signal, sys; print(1, file=open(sys.argv[1], 'w')); signal.pause()"


def python(code: str, *arguments: str | Path) -> str:
    """A command line for `--on`."""
    return shlex.join([sys.executable, "-c", code, *map(str, arguments)])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def test_hooks_and_a_webhook_get_the_lines_of_stdout(
    scripted: Home, tmp_path: Path, receiver: Receiver
) -> None:
    out = tmp_path / "hooked"

    ran = scripted.run(
        *("stream", talk_in(tmp_path), "--json", "--interim"),
        *("--on", "action_item:DRAFT", python(APPEND, out)),
        *("--on", "question:draft", python(APPEND, out)),
        *("--webhook", receiver.url),
        environment={"SYMBL_WEBHOOK_SECRET": "hush"},
    )

    assert (ran.code, ran.stderr) == (0, "")
    assert [json.loads(out.read_text())] == ran.of("action_item")
    told = [json.loads(body) for body in receiver.bodies]
    assert told == [line for line in ran.lines if line.get("final") is not False]
    for body, headers in zip(receiver.bodies, receiver.headers, strict=True):
        digest = hmac.new(b"hush", body, hashlib.sha256).hexdigest()
        assert headers["X-Symbl-Signature"] == f"sha256={digest}"


def test_a_hung_hook_and_a_hung_webhook_hold_up_no_word_and_nobody_who_leaves(
    scripted: Home, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        scripted.process(
            *("stream", talk_in(tmp_path), "--json", *named(tmp_path)),
            *("--on", "transcript", python(HANG, started)),
            *("--webhook", f"http://127.0.0.1:{silent.getsockname()[1]}/"),
        ) as process,
    ):
        said = read_until(process, lambda line: '"type":"end"' in line)
        code = _interrupted(process)
        assert process.stderr is not None
        errors = process.stderr.read().decode()

    lines = [json.loads(line) for line in said]
    assert code == 130
    assert "Traceback" not in errors
    assert started.exists()
    assert [line["text"] for line in lines if line.get("final")] == [QUESTION, TASK]
    assert (tmp_path / "out.jsonl").read_text() == "".join(said)


def _interrupted(process: Popen[bytes]) -> int:
    """The exit code; one signal that is not handled yet swallows the next."""
    for _ in range(100):
        process.send_signal(signal.SIGINT)
        with suppress(TimeoutExpired):
            return process.wait(0.1)
    raise AssertionError("it does not leave")


def test_of_a_webhook_that_refuses_nobody_is_told_the_login(
    scripted: Home, tmp_path: Path
) -> None:
    log, refusing = tmp_path / "log", Receiver(*[403] * 100)
    url = refusing.url.replace("//", "//ann:swordfish@") + "/shark?key=herring"

    ran = scripted.run(
        *("stream", talk_in(tmp_path, "so be it"), "-vv", "--log-file", log),
        *("--webhook", url),
    )
    refusing.close()

    everything = ran.stdout + ran.stderr + log.read_text()
    assert ran.code == 0
    assert "lines did not reach the webhook; the conversation has them" in ran.stderr
    assert not any(one in everything for one in ("swordfish", "shark", "herring"))


SAID = (
    "Write to ann.lee@example.com today.",
    "Call me at 415 555 2671 tomorrow.",
    "The card is 4111 1111 1111 1111, thanks.",
    "Or call 555 dubble 76543 please.",
)
HIDDEN = ("ann.lee", "example.com", "555 2671", "1111 1111", "76543")
SHOWN = [
    "Write to [email] today.",
    "Call me at [phone] tomorrow.",
    "The card is [card], thanks.",
    "Or call [phone] please.",
]


def test_what_is_redacted_leaves_no_trace_anywhere(
    own_home: Home, tmp_path: Path, receiver: Receiver
) -> None:
    folder, log = tmp_path / "out", tmp_path / "out" / "log"
    folder.mkdir()
    (folder / "fixes").write_text("dubble = 98\n")
    with own_home.scripted_server():
        ran = own_home.run(
            *("stream", "-", "--json", "--interim", "--redact", "--insights", "all"),
            *("--entities", "--fixes", folder / "fixes"),
            *("-vv", "--log-file", log, "--webhook", receiver.url),
            *("--on", "transcript", python(APPEND, folder / "hooked")),
            *named(folder),
            sound=speech(*SAID),
        )
        texts = own_home.run("conversation", "messages", "last", "--json").stdout

    assert (ran.code, ran.texts) == (0, SHOWN)
    assert "".join(receiver.texts_of("transcript")) == "".join(SHOWN)
    assert len((folder / "hooked").read_text().splitlines()) == len(SHOWN)
    assert "[card]" in texts
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert own_home.data / "conversations.db" in kept
    assert len(list(folder.iterdir())) == len(ENDINGS) + 3
    everything = [
        *(path.read_bytes() for path in kept),
        *receiver.bodies,
        (ran.stdout + ran.stderr + texts).encode(),
    ]
    for hidden in HIDDEN:
        assert not any(hidden.encode() in one for one in everything), hidden


def test_no_interim_shows_a_number_that_is_being_spoken(
    scripted: Home, tmp_path: Path
) -> None:
    said = ("Hm 415 555 2671 415 555 2671 415 555.", "Hm 4 . 1 . 5 . 5 . 5 so.")

    ran = scripted.run(
        *("stream", talk_in(tmp_path, *said), "--pace", "realtime"),
        *("--json", "--interim", "--redact"),
    )

    lines = ran.of("transcript")
    interims = [str(line["text"]) for line in lines if not line["final"]]
    assert ran.texts == ["Hm [card].", said[1]]
    assert any(text.startswith("Hm") for text in interims)
    assert not any(re.search(r"\d[\s.]*$", text) for text in interims), interims
