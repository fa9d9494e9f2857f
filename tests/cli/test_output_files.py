"""All the files of a run at once, each read back by a parser of its own."""

import json
import os
import wave
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import pytest

from symbl_cli.protocol import events as e
from tests.cli.read_back import (
    ENDINGS,
    check_files,
    files_in,
    finals_of,
    named,
    read_jsonl,
)
from tests.cli.talks import QUESTION, TASK, talk_in
from tests.command_line import Home, Ran, read_until
from tests.scripted_speech import cut, silence, speech
from tests.streaming.service import Peer, Service
from tests.wavs import fmt_chunk, wav_file


@pytest.mark.parametrize("form", ["srt", "vtt", "markdown", "text", "wire"])
def test_stdout_has_the_very_text_of_the_file(
    scripted: Home, tmp_path: Path, form: str
) -> None:
    file = tmp_path / "file"
    option = "--record-wire" if form == "wire" else f"--{form}"

    ran = scripted.run("stream", talk_in(tmp_path), "-o", form, option, file)

    assert QUESTION in ran.stdout
    assert file.read_bytes().decode() == ran.stdout


@pytest.mark.parametrize("kind", ENDINGS)
def test_where_one_file_cannot_be_had_none_is_made(
    scripted: Home, tmp_path: Path, kind: str
) -> None:
    talk, folder = talk_in(tmp_path), tmp_path / "out"
    folder.mkdir()
    there = folder / "there"
    there.write_text("precious")

    refused = scripted.run("stream", talk, *named(folder, kind), f"--{kind}", there)
    left = [path.name for path in folder.iterdir()]
    again = scripted.run(
        "stream", talk, *named(folder, kind), f"--{kind}", folder / "other"
    )

    assert (refused.code, refused.stdout) == (2, "")
    assert "there is there already; choose another name" in refused.stderr
    assert (left, there.read_text()) == (["there"], "precious")
    assert again.code == 0, again.stderr


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (("--srt", "a", "--vtt", "./a"), "--srt and --vtt both name a"),
        (("--jsonl", "a", "--save-audio", "a"), "--jsonl and --save-audio both name a"),
        (("--text", "."), "cannot write .: Is a directory"),
        (("--text", "no/a"), "there is no folder no; mkdir -p no"),
        (("--save-audio", "no/a"), "there is no folder no; mkdir -p no"),
        (("--text", "a" * 300), "File name too long"),
        (("--save-audio", "a" * 300), "File name too long"),
        (("--save-dir", "a" * 300), "File name too long"),
        (("--save-dir", os.devnull), "choose another --save-dir"),
        (("--srt", "a", "--on", "smell", "x"), "no lines of type 'smell'"),
        (("--srt", "a", "--save-audio", "b", "--webhook", "x"), "no URL"),
    ],
)
def test_a_file_that_cannot_be_is_said_before_anything_is_made(
    scripted: Home, tmp_path: Path, names: Sequence[str], sentence: str
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()

    ran = scripted.run("stream", talk_in(tmp_path), *names, cwd=folder)

    assert (ran.code, ran.stdout) == (2, "")
    assert sentence in ran.stderr
    assert not list(folder.iterdir())


def test_files_are_replaced_when_asked_for(scripted: Home, tmp_path: Path) -> None:
    talk, paths = talk_in(tmp_path), files_in(tmp_path / "out")
    fill(paths)

    ran = scripted.run(
        "stream", talk, *named(tmp_path / "out"), "--overwrite", "--json"
    )

    assert ran.code == 0, ran.stderr
    check_files(paths, ran.lines, talk)
    assert {*(tmp_path / "out").iterdir()} == {*paths.values()}


@pytest.mark.parametrize(
    ("more", "code"),
    [(("--api-url", "http://127.0.0.1:1"), 5), (("--srt", "no/folder"), 2)],
)
def test_a_run_that_never_begins_replaces_nothing(
    scripted: Home, tmp_path: Path, more: Sequence[str], code: int
) -> None:
    talk, folder = talk_in(tmp_path), tmp_path / "out"
    paths = files_in(folder)
    del paths["srt"]
    fill(paths)

    ran = scripted.run(
        *("stream", talk, *named(folder, "srt"), *more, "--overwrite"),
        *("--max-retries", "0"),
        environment={"SYMBL_ACCESS_TOKEN": "a-token"},
    )

    assert ran.code == code, ran.stderr
    left = {path: path.read_text() for path in folder.iterdir()}
    assert left == dict.fromkeys(paths.values(), "precious")


def fill(paths: Mapping[str, Path]) -> None:
    for path in paths.values():
        path.parent.mkdir(exist_ok=True)
        path.write_text("precious")


def test_a_recording_is_not_overwritten_by_its_own_copy(
    scripted: Home, tmp_path: Path
) -> None:
    talk = talk_in(tmp_path)
    before = talk.read_bytes()
    same = tmp_path / "same"
    same.symlink_to(talk)

    ran = scripted.run("stream", talk, "--save-audio", same, "--overwrite")

    assert (ran.code, ran.stdout) == (2, "")
    assert f"--save-audio would overwrite {same}, which is to be read" in ran.stderr
    assert talk.read_bytes() == before


def test_pipes_and_devices_are_written_to(scripted: Home, tmp_path: Path) -> None:
    talk = talk_in(tmp_path)

    piped = scripted.shell(
        f"symbl stream {talk} -q --json --srt >(cat >&2) | tail -n 1"
    )
    full = scripted.run("stream", talk, "--srt", "/dev/full", "--json")
    nowhere = scripted.run("stream", talk, "--srt", os.devnull, "--text", os.devnull)

    assert TASK in piped.stderr
    assert json.loads(piped.stdout)["type"] == "end"
    assert full.code == 1
    assert full.texts == [QUESTION, TASK]
    assert "no space left to write /dev/full" in full.stderr
    assert nowhere.code == 0


def test_runs_of_the_same_second_share_no_file(scripted: Home, tmp_path: Path) -> None:
    talk, folder = talk_in(tmp_path, "so be it"), tmp_path / "meetings"

    with ThreadPoolExecutor(4) as at_once:
        runs = [
            at_once.submit(
                scripted.run, "stream", talk, "--json", "--save-dir", folder, "-q"
            )
            for _ in range(4)
        ]
    written = [files_of(run.result()) for run in runs]

    assert [run.result().code for run in runs] == [0] * 4
    assert sorted(chain(*written)) == sorted(map(str, folder.iterdir()))
    assert len(set(chain(*written))) == 4 * len(ENDINGS)


def files_of(ran: Ran) -> list[str]:
    files = ran.lines[-1]["files"]
    assert isinstance(files, list)
    return [str(file) for file in files]


def test_the_files_that_are_told_are_there_though_nothing_was_said(
    scripted: Home, tmp_path: Path
) -> None:
    quiet = tmp_path / "quiet.wav"
    quiet.write_bytes(wav_file(silence(2), fmt=fmt_chunk(rate=16000)))
    folder = tmp_path / "meetings"

    ran = scripted.run("stream", quiet, "--json", "--save-dir", folder)

    assert sorted(files_of(ran)) == sorted(map(str, folder.iterdir()))
    assert len(files_of(ran)) == len(ENDINGS)


NOBODY = ("--json", "--api-url", "ws://127.0.0.1:9")
TOKEN = {"SYMBL_ACCESS_TOKEN": "token-1"}


def test_where_nobody_listened_no_file_is_in_the_way_of_the_next_run(
    own_home: Home, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    arguments = ("stream", talk_in(tmp_path), *named(folder), *NOBODY)

    for _ in range(2):
        ran = own_home.run(*arguments, "--save-dir", folder, environment=TOKEN)

        assert ran.code == 5, ran.stderr
        assert files_of(ran) == []
        assert list(folder.iterdir()) == []


def test_sound_that_only_a_pipe_had_stays_though_nobody_listened(
    own_home: Home, tmp_path: Path
) -> None:
    short, long = tmp_path / "short.wav", tmp_path / "long.wav"
    for path, sound in ((short, speech("so")[:3200]), (long, speech("so be it"))):
        ran = own_home.run(
            *("stream", "-", "--save-audio", path, *NOBODY),
            sound=sound,
            environment=TOKEN,
        )

        assert ran.code == 5, ran.stderr
        assert [path] * path.exists() == [Path(one) for one in files_of(ran)]
    assert not short.exists()
    with wave.open(str(long)) as wav:
        assert wav.getnframes() > wav.getframerate()


def test_a_file_that_cannot_be_removed_hides_no_error(
    own_home: Home, tmp_path: Path
) -> None:
    saved = tmp_path / "talk.wav"

    def refuse(peer: Peer) -> None:
        peer.until(e.StartRequest)
        saved.unlink()
        saved.mkdir()
        peer.send(e.ErrorMessage(details="no seats left"))
        peer.rest()

    with Service(refuse) as service:
        ran = own_home.run(
            *("stream", "-", "--save-audio", saved, "--api-url", service.url),
            sound=speech("so")[:3200],
            environment=TOKEN,
        )

    assert ran.code == 5, ran.stderr
    assert "no seats left" in ran.stderr


def test_a_recording_of_two_speakers_can_be_played_after_a_kill(
    own_home: Home, tmp_path: Path
) -> None:
    left, right = speech("so be it"), speech("no, never")
    size = max(len(left), len(right))
    voices = zip(
        *(cut(voice.ljust(size, b"\0"), 2) for voice in (left, right)), strict=True
    )
    sound = b"".join(chain(*voices))
    arguments = ("stream", "-", "--channels", "2", "--speaker", "Ann", "--speaker")
    with (
        own_home.scripted_server(),
        own_home.process(*arguments, "Bea", "--json", *named(tmp_path)) as process,
    ):
        assert process.stdin is not None
        process.stdin.write(sound)
        process.stdin.flush()
        read_until(process, lambda line: "so be it" in line)
        process.kill()
        process.wait(20)

    with wave.open(str(tmp_path / "out.wav")) as wav:
        assert (wav.getnchannels(), wav.getframerate()) == (2, 16000)
        heard = wav.readframes(wav.getnframes())
    assert len(heard) > len(sound) / 2
    assert sound.startswith(heard)
    assert ("Ann", "so be it") in finals_of(read_jsonl(tmp_path / "out.jsonl"))
