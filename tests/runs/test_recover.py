"""What a killed run had recorded comes back with `symbl recover`."""

import json
import os
import signal
import wave
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import soundfile

from tests.cli.read_back import (
    check_finals,
    files_in,
    finals_of,
    named,
    read_jsonl,
    read_wire,
)
from tests.cli.talks import talk_in
from tests.command_line import Home, finished, read_until
from tests.runs.killed import (
    GAP,
    sentence,
    started_of,
    victim,
    words_of,
)
from tests.runs.left import left_in
from tests.scripted_speech import say, silence
from tests.small_disk import small_disk
from tests.wavs import fmt_chunk, wav_file

TEXTS = ("One van is late.", "Who drives it?", "I will send the draft by Friday.")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """With a server of its own."""
    home = Home(tmp_path / "home")
    home.folder.mkdir()
    with home.scripted_server():
        yield home


@pytest.mark.parametrize("count", range(len(TEXTS) + 1))
def test_every_word_before_a_kill_comes_back_into_one_conversation(
    home: Home, count: int
) -> None:
    with victim(home, "--title", "Weekly") as run:
        for text in TEXTS[:count]:
            run.send(sentence(text))
            run.until(text)
        run.keep(GAP + say("And then we"))
        run.until_named()
        run.kill()

    listed = home.run("recover")
    recovered = home.run("recover", "last")

    assert listed.stdout.rstrip().endswith("Weekly")
    assert recovered.code == 0
    conversation = recovered.stdout.strip()
    assert words_of(home, conversation) == " ".join((*TEXTS[:count], "And then we"))
    assert len(home.run("conversation", "list").stdout.splitlines()) == 1
    assert list(home.runs.iterdir()) == []
    assert home.run("recover").stdout == ""
    assert home.run("recover", conversation).code == 2


def test_as_json_a_conversation_that_comes_back_is_an_object(home: Home) -> None:
    left = left_in(home, TEXTS[0])
    (listed,) = home.run("recover", "--json").lines

    (recovered,) = home.run("recover", "--all", "--json").lines

    conversation = str(recovered["id"])
    assert words_of(home, conversation) == TEXTS[0]
    assert recovered == listed | {"id": conversation, "run": left.name}


def test_every_output_file_of_a_killed_run_is_whole(home: Home, tmp_path: Path) -> None:
    with victim(home, *named(tmp_path)) as run:
        for text in TEXTS:
            run.send(sentence(text))
            run.until(text)
        run.kill()

    paths = files_in(tmp_path)
    lines = read_jsonl(paths["jsonl"])
    finals = finals_of(lines)
    assert [text for _, text in finals] == run.finals == list(TEXTS)
    check_finals(paths, lines)
    assert read_wire(paths["record-wire"]) == set(TEXTS)
    info = soundfile.info(paths["save-audio"])
    with wave.open(str(paths["save-audio"])) as wav:
        assert wav.getnframes() == info.frames
        heard = wav.readframes(wav.getnframes())
    assert b"".join(map(sentence, TEXTS)).startswith(heard)
    assert len(heard) > run.sent - 2 * 16000


def test_two_speakers_come_back_as_two(home: Home) -> None:
    left = GAP + say("From the left.") + GAP + silence(2.0) + say("Left again")
    right = GAP + silence(2.0) + say("From the right.") + GAP + say("And right")
    size = max(len(left), len(right)) + 6400
    pairs = zip(
        *(_samples(one.ljust(size, b"\0")) for one in (left, right)), strict=True
    )
    stereo = b"".join(a + b for a, b in pairs)
    wav = wav_file(stereo, fmt=fmt_chunk(channels=2), size=0xFFFFFFFF)

    with victim(home, "--speaker", "Ann", "--speaker", "Bea") as run:
        run.send(wav)
        run.until("From the right.")
        run.sent = size
        run.until_kept()
        run.kill()
    recovered = home.run("recover", "last")

    listed = home.run("conversation", "messages", "last")
    assert recovered.code == 0
    who = [line.split("] ")[1] for line in listed.stdout.splitlines()]
    assert sorted(who) == [
        "Ann: From the left.",
        "Ann: Left again",
        "Bea: And right",
        "Bea: From the right.",
    ]


def _samples(pcm: bytes) -> list[bytes]:
    return [pcm[at : at + 2] for at in range(0, len(pcm), 2)]


def test_words_come_back_though_the_server_was_killed_too(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with home.process("serve", "--recognizer", "scripted") as server:
        assert server.stderr is not None
        server.stderr.readline()
        with victim(home) as run:
            run.send(sentence(TEXTS[0]))
            run.until(TEXTS[0])
            run.keep(sentence(TEXTS[1])[: -len(GAP)])
            run.kill()
        server.kill()

    with home.scripted_server():
        recovered = home.run("recover", "last")
        assert recovered.code == 0
        conversation = recovered.stdout.strip()
        assert words_of(home, conversation) == " ".join(TEXTS[:2])


def test_what_is_recovered_later_was_said_when_it_was_said(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with home.scripted_server(), victim(home) as run:
        run.keep(sentence(TEXTS[0])[: -len(GAP)])
        run.until_named()
        run.until("listening")
        run.kill()
    record = next(home.runs.glob("*/run.json"))
    began = str(run.lines[0]["started_at"])
    yesterday = datetime.fromisoformat(began).replace(year=2025).isoformat()
    written = record.read_text()
    record.write_text(written.replace(_of_started_at(written), yesterday))
    for path in home.data.glob("*.db*"):
        path.unlink()

    with home.scripted_server():
        conversation = home.run("recover", "last").stdout.strip()
        started = datetime.fromisoformat(started_of(home, conversation))

    assert abs(started - datetime.fromisoformat(yesterday)).total_seconds() < 0.01


def _of_started_at(record: str) -> str:
    return str(json.loads(record)["startedAt"])


def _recording_of_a_killed_run(home: Home, folder: Path) -> Path:
    """It was killed when the first sentence had been told."""
    talk = talk_in(folder, *TEXTS)
    with home.process("stream", talk, "--json", "--pace", "realtime") as process:
        read_until(process, lambda line: TEXTS[0] in line)
        process.kill()
        process.wait()
    return talk


def test_a_recording_is_read_again_to_its_end(home: Home, tmp_path: Path) -> None:
    _recording_of_a_killed_run(home, tmp_path)
    (folder,) = home.runs.iterdir()
    assert not list(folder.glob("*.pcm"))

    recovered = home.run("recover", "last")

    assert recovered.code == 0
    assert words_of(home, recovered.stdout.strip()) == " ".join(TEXTS)


def test_a_recording_that_is_gone_is_named(home: Home, tmp_path: Path) -> None:
    talk = _recording_of_a_killed_run(home, tmp_path)
    talk.unlink()

    recovered = home.run("recover", "--all")

    assert recovered.code == 2
    assert f"the recording '{talk}'" in recovered.stderr
    assert "put it back" in recovered.stderr
    assert len(list(home.runs.iterdir())) == 1


def test_a_run_at_another_server_becomes_a_conversation_here(
    home: Home, tmp_path: Path
) -> None:
    other = Home(tmp_path / "other")
    other.folder.mkdir()
    with other.scripted_server() as url:
        token = json.loads((other.data / "server.json").read_text())["token"]
        named = ("--api-url", url.replace("http", "ws"), "--title", "Elsewhere")
        with victim(home, *named, SYMBL_ACCESS_TOKEN=token) as run:
            for text in TEXTS:
                run.send(sentence(text))
                run.until(text)
            run.until("action_item")
            run.keep(GAP + say("And then we"))
            run.kill()

    recovered = home.run("recover", "last")

    assert recovered.code == 0
    conversation = recovered.stdout.strip()
    assert words_of(home, conversation) == " ".join((*TEXTS, "And then we"))
    items = home.run("conversation", "action-items", conversation).stdout
    assert "draft" in items
    assert "Elsewhere" in home.run("conversation", "list").stdout
    assert len(home.run("conversation", "list").stdout.splitlines()) == 1
    assert token not in str(list(home.runs.rglob("*")))


def test_a_run_that_goes_on_is_left_alone(home: Home) -> None:
    with victim(home) as run:
        run.send(sentence(TEXTS[0]))
        run.until(TEXTS[0])
        run.until_named()

        assert home.run("recover").stdout == ""
        assert home.run("recover", "last").code == 2
        assert home.run("recover", "--all").code == 0
        assert finished(run.process).texts == []
    assert list(home.runs.iterdir()) == []


def test_the_next_run_says_once_that_there_is_something(home: Home) -> None:
    with victim(home) as run:
        run.send(sentence(TEXTS[0]))
        run.until(TEXTS[0])
        run.kill()

    said = [home.run("stream", "-", sound=GAP).stderr for _ in range(2)]

    assert ["symbl recover" in one for one in said] == [True, False]
    assert "was interrupted" in said[0]


def test_nothing_is_left_of_a_run_that_nothing_is_kept_of(home: Home) -> None:
    with victim(home, "--no-store") as run:
        run.send(sentence(TEXTS[0]))
        run.until(TEXTS[0])
        run.kill()

    assert not home.runs.exists() or not list(home.runs.iterdir())


def test_a_full_disk_costs_the_spool_and_nothing_else(
    home: Home, tmp_path: Path
) -> None:
    sound = b"".join(map(sentence, TEXTS))
    with small_disk(tmp_path / "disk", "64k") as disk:
        ran = home.run(
            *("stream", "-", "--json"),
            sound=sound,
            environment={"XDG_STATE_HOME": str(disk)},
        )

    assert ran.code == 1
    assert ran.texts == list(TEXTS)
    assert [line["state"] for line in ran.of("status")].count("spool_off") == 1
    told = [one["warning"]["message"] for one in ran.notices if "warning" in one]
    assert told == [
        "this run was not kept on disk all the time: No space left on device"
    ]


def test_without_last_words_the_sound_stays_and_recover_is_named(home: Home) -> None:
    address = json.loads((home.data / "server.json").read_text())
    with victim(home) as run:
        run.send(sentence(TEXTS[0]))
        run.until(TEXTS[0])
        run.keep(GAP + say("And then we"))
        os.kill(address["pid"], signal.SIGSTOP)
        try:
            run.process.send_signal(signal.SIGINT)
            ran = finished(run.process)
        finally:
            os.kill(address["pid"], signal.SIGCONT)

    assert ran.code == 130
    assert "symbl recover" in ran.stderr
    recovered = home.run("recover", "last")
    assert words_of(home, recovered.stdout.strip()) == f"{TEXTS[0]} And then we"


@pytest.mark.parametrize("named", [("nobody",), ("last",), ("last", "--all")])
def test_nothing_to_recover_is_said(home: Home, named: tuple[str, ...]) -> None:
    ran = home.run("recover", *named)

    assert ran.code == 2
    assert ran.stdout == ""
    assert ran.stderr.startswith("Error: ")
