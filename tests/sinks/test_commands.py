import json
import os
import signal
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from symbl_cli.errors import UsageError
from symbl_cli.lines import (
    Body,
    End,
    EndReason,
    Entity,
    InsightKind,
    State,
    Status,
    Topic,
    Tracker,
)
from symbl_cli.sinks import commands as commands_module
from symbl_cli.sinks.commands import Commands, Hook, matches, read_hook

from .examples import insight, line, transcript
from .said import Said

PATIENCE = 20.0
"""Seconds after which a wait has failed."""


def script(when: str, code: str, *arguments: str) -> Hook:
    type_, _, filter_ = when.partition(":")
    return Hook(type_, filter_, (sys.executable, "-c", code, *arguments))


APPEND = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read())"


def test_a_hook_is_a_type_a_filter_and_words_for_no_shell() -> None:
    assert read_hook("action_item:the draft: now", "notify 'To do' $HOME; rm x") == (
        Hook("action_item", "the draft: now", ("notify", "To do", "$HOME;", "rm", "x"))
    )


@pytest.mark.parametrize(
    ("when", "command", "sentence"),
    [
        ("smell", "x", "no lines of type 'smell'"),
        ("question", "", "no command to run"),
        ("question", "it's", "no command line"),
    ],
)
def test_a_malformed_hook_is_said(when: str, command: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        read_hook(when, command)


@pytest.mark.parametrize(
    ("when", "body", "does"),
    [
        ("question", insight(InsightKind.QUESTION, "Who?"), True),
        ("question:WHO", insight(InsightKind.QUESTION, "Who?"), True),
        ("question:why", insight(InsightKind.QUESTION, "Who?"), False),
        ("action_item", insight(InsightKind.QUESTION, "Who?"), False),
        ("transcript:begin", transcript("Let us begin."), True),
        ("topic:room", Topic("t", 1, "a room", 1.0, (), ()), True),
        ("tracker:risk", Tracker("k", 1, "Risk", "late", True, (), 0.0), True),  # noqa: FBT003
        ("entity:date", Entity("e", 1, "date", "Friday", "", ()), True),
        ("status:connecting", Status(State.CONNECTING), True),
        ("status:connecting", Status(State.RECONNECTING), False),
        ("end", End(EndReason.STOPPED, 0.0), True),
        ("end:error", End(EndReason.STOPPED, 0.0), False),
    ],
)
def test_a_hook_is_for_lines_of_its_type_with_its_filter(
    when: str, body: Body, *, does: bool
) -> None:
    assert matches(read_hook(when, "x"), body) is does


def test_the_line_is_the_stdin_of_its_command(tmp_path: Path) -> None:
    out = tmp_path / "out"
    commands = Commands([script("question", APPEND, str(out))], Said())

    commands.handle(line(transcript("Hello.")))
    commands.handle(line(insight(InsightKind.QUESTION, "Who?"), 7, "c-1"))
    commands.close()

    (text,) = out.read_text().splitlines()
    told = json.loads(text)
    assert (told["seq"], told["type"], told["text"]) == (7, "question", "Who?")


def test_interims_and_later_revisions_run_nothing_again(tmp_path: Path) -> None:
    out = tmp_path / "out"
    hooks = [script(type_, APPEND, str(out)) for type_ in ("transcript", "question")]
    commands = Commands(hooks, Said())

    for body in (
        transcript("He", final=False),
        transcript("Hello.", rev=2),
        transcript("Hello!", rev=3),
        insight(InsightKind.QUESTION, "Who?"),
        insight(InsightKind.QUESTION, "Who?", rev=2, answered_by="u"),
        transcript("", id_="u-2"),
    ):
        commands.handle(line(body))
    commands.close()

    told = sorted(json.loads(text)["text"] for text in out.read_text().splitlines())
    assert told == ["Hello.", "Who?"]


def test_a_command_that_fails_is_said_once_with_its_last_words() -> None:
    said = Said()
    hook = script("transcript", "import sys; sys.exit('first\\nno network')")
    commands = Commands([hook], said)

    for number in range(3):
        commands.handle(line(transcript("Hello.", id_=f"u-{number}")))
    commands.close()

    (warning,) = said.warnings
    assert warning.endswith("failed with 1: no network")


def test_a_command_is_not_dropped_unsaid_where_no_temporary_folder_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    said = Said()
    commands = Commands([script("transcript", "pass")], said)

    commands.handle(line(transcript("Hello.")))
    commands.close()

    (warning,) = said.warnings
    assert warning.endswith("cannot be run: No such file or directory")


def test_a_command_that_is_not_there_is_said() -> None:
    said = Said()
    commands = Commands([Hook("transcript", "", ("/no/such/program",))], said)

    commands.handle(line(transcript("Hello.")))
    commands.close()

    assert said.warnings == [
        "the command '/no/such/program' cannot be run: No such file or directory"
    ]


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


# It hangs, deaf to SIGTERM, and has a child that hangs; both tell their ids first.
HANG = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
with open(sys.argv[1], "w") as pipe:
    pipe.write(f"{os.getpid()} ")
while True:
    time.sleep(100)
"""


def ids_of_the_hung(pipe: Path) -> list[int]:
    with pipe.open() as told:
        return [int(word) for word in told.read().split()]


def is_running(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def test_a_command_that_takes_too_long_is_ended(pipe: Path) -> None:
    said = Said()
    commands = Commands([script("transcript", HANG, str(pipe))], said, time_limit=1.0)
    commands.handle(line(transcript("Hello.")))
    hung = ids_of_the_hung(pipe)

    assert said.warned.wait(PATIENCE)
    commands.close()

    assert said.warnings[0].endswith("took over 1 s and was ended")
    assert not any(map(is_running, hung))


def test_what_still_runs_at_the_end_is_ended_with_its_children(pipe: Path) -> None:
    said = Said()
    commands = Commands([script("transcript", HANG, str(pipe))], said, patience=0.0)
    commands.handle(line(transcript("Hello.")))
    hung = ids_of_the_hung(pipe)

    commands.close()
    commands.close()

    assert said.warnings == ["1 time a command of --on was left out or ended"]
    assert not any(map(is_running, hung))


def test_hung_commands_stall_no_line(pipe: Path) -> None:
    said = Said()
    commands = Commands([script("transcript", HANG, str(pipe))], said, patience=0.0)

    for number in range(1_500):
        commands.handle(line(transcript("Hello.", id_=f"u-{number}")))
    ids_of_the_hung(pipe)
    commands.kill()
    commands.close()


def test_unless_told_four_run_at_once(pipe: Path) -> None:
    others = set(threading.enumerate())
    commands = Commands([script("transcript", HANG, str(pipe))], Said(), patience=0.0)

    for number in range(12):
        commands.handle(line(transcript("Hello.", id_=f"u-{number}")))
    # Each has one command at a time; all that there will be are there by now.
    carriers = {*threading.enumerate()} - others
    ids_of_the_hung(pipe)
    commands.close()

    assert len(carriers) == 4


HOLD = "import os, sys, time\nwhile not os.path.exists(sys.argv[1]): time.sleep(0.02)"


def test_unless_told_a_thousand_may_wait(tmp_path: Path) -> None:
    said, release = Said(), tmp_path / "release"
    hooks = [
        script("transcript:hold", HOLD, str(release)),
        Hook("transcript", "go", ("/no/such/program",)),
    ]
    commands = Commands(hooks, said)

    for number in range(1_504):
        text = "hold" if number < 4 else "go"
        commands.handle(line(transcript(text, id_=f"u-{number}")))
    release.touch()
    commands.close()

    assert said.warnings == [
        "the command '/no/such/program' cannot be run: No such file or directory",
        "504 times a command of --on was left out or ended",
    ]


class Clock:
    """Stands still until it is set; tells when it was looked at."""

    def __init__(self) -> None:
        self.now = 0.0
        self._looks = threading.Semaphore(0)

    def __call__(self) -> float:
        now = self.now
        self._looks.release()
        return now

    def set(self, now: float) -> None:
        """To *now*, and until that was seen twice: who saw it the first time went on.

        A look that was under way may have seen what it was before.
        """
        self.now = now
        while self._looks.acquire(blocking=False):
            pass
        for _ in range(3):
            assert self._looks.acquire(timeout=PATIENCE)


WAIT = "import signal, sys; open(sys.argv[1], 'w').write('1'); signal.pause()"


def test_unless_told_a_command_has_half_a_minute(pipe: Path) -> None:
    said, clock = Said(), Clock()
    commands = Commands([script("transcript", WAIT, str(pipe))], said, clock=clock)
    commands.handle(line(transcript("Hello.")))
    pipe.read_text()

    clock.set(29.9)
    assert said.warnings == []
    clock.now = 30.0

    assert said.warned.wait(PATIENCE)
    commands.close()
    assert said.warnings[0].endswith("took over 30 s and was ended")


ENVIRON = """
import os, sys
told = [f"{name}={one} " for name, one in os.environ.items()]
open(sys.argv[1], "w").write("".join(told))
"""


def test_a_command_has_the_environment_but_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SYMBL_APP_SECRET", "SYMBL_ACCESS_TOKEN", "SYMBL_WEBHOOK_SECRET"):
        monkeypatch.setenv(name, "swordfish")
    monkeypatch.setenv("SYMBL_PROFILE", "mine")
    out = tmp_path / "out"
    commands = Commands([script("transcript", ENVIRON, str(out))], Said())

    commands.handle(line(transcript("Hello.")))
    commands.close()

    assert "SYMBL_PROFILE=mine" in out.read_text()
    assert "swordfish" not in out.read_text()


def test_a_command_that_reads_nothing_and_says_a_lot_is_no_burden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(commands_module, "_MOST_SAID", 1000)
    said = Said()
    code = "import sys, time\n" + "sys.stderr.write('x' * 99 + '\\n')\n" * 20
    code += "sys.stderr.flush(); time.sleep(0.4); sys.exit('the end')"
    commands = Commands([script("transcript", code)], said)

    commands.handle(line(transcript("Hello. " * 100_000)))
    commands.close()

    (warning,) = said.warnings
    assert warning.endswith("failed with 1: the end")


LEAVE = """
import subprocess, sys
left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])
open(sys.argv[1], "w").write(str(left.pid))
"""


def test_what_a_command_leaves_running_is_said(tmp_path: Path) -> None:
    said, out = Said(), tmp_path / "out"
    commands = Commands([script("transcript", LEAVE, str(out))], said)

    commands.handle(line(transcript("Hello.")))
    commands.close()

    left = int(out.read_text())
    group = os.getpgid(left)
    os.kill(left, signal.SIGKILL)
    (warning,) = said.warnings
    assert warning.endswith(f"has left something running (process group {group})")


def test_commands_that_end_one_by_one_are_all_waited_for(tmp_path: Path) -> None:
    out = tmp_path / "out"
    code = "import time; time.sleep(0.3)\n" + APPEND
    commands = Commands([script("transcript", code, str(out))], Said(), patience=2.5)

    for number in range(24):
        commands.handle(line(transcript("Hello.", id_=f"u-{number}")))
    commands.close()

    assert len(out.read_text().splitlines()) == 24


def test_ctrl_c_is_not_for_commands(tmp_path: Path) -> None:
    out = tmp_path / "out"
    code = "import os, sys; open(sys.argv[1], 'w').write(str(os.getsid(0)))"
    commands = Commands([script("transcript", code, str(out))], Said())

    commands.handle(line(transcript("Hello.")))
    commands.close()

    assert int(out.read_text()) != os.getsid(0)
