"""`--save-audio` on disks that are in trouble: words come all the same."""

import sys
import wave
from pathlib import Path

import pytest

from tests.command_line import Home, finished, read_until
from tests.scripted_speech import speech
from tests.small_disk import small_disk, stalling_disk

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs mounts")

LIVE = ("stream", "-", "--pace", "realtime", "--json", "--no-interim")


def sound_of(path: Path) -> bytes:
    with wave.open(str(path)) as file:
        return bytes(file.readframes(10**7))


def test_words_go_on_while_the_disk_of_the_sound_hangs(
    scripted: Home, tmp_path: Path
) -> None:
    before, after = speech("so be it"), speech("or ever will")
    with stalling_disk(tmp_path / "disk") as disk:
        path = disk.folder / "talk.wav"
        with scripted.process(*LIVE, "--save-audio", path) as run:
            assert run.stdin is not None
            run.stdin.write(before)
            run.stdin.flush()
            read_until(run, lambda line: "so be it" in line)
            with disk.stalled():
                run.stdin.write(after)
                run.stdin.flush()
                read_until(run, lambda line: "or ever will" in line)
            ran = finished(run)
        saved = sound_of(path)

    assert ran.code == 0
    assert saved == before + after


def test_a_disk_of_the_sound_that_hangs_for_good_is_told_and_costs_no_word(
    scripted: Home, tmp_path: Path
) -> None:
    before, after = speech("so be it"), speech("or ever will")
    command = (*LIVE, "--duration", str(len(before + after) / 32000), "--save-audio")
    with (
        stalling_disk(tmp_path / "disk") as disk,
        scripted.process(*command, disk.folder / "talk.wav") as run,
    ):
        assert run.stdin is not None
        run.stdin.write(before)
        run.stdin.flush()
        said = read_until(run, lambda line: "so be it" in line)
        with disk.stalled():
            run.stdin.write(after)
            run.stdin.flush()
            said += read_until(run, lambda line: '"type":"end"' in line)
        ran = finished(run)

    (failure,) = (one["error"] for one in ran.notices if "error" in one)
    assert (ran.code, "or ever will" in "".join(said)) == (1, True)
    assert "talk.wav' ends early: its disk is more than 5 s behind" in str(failure)
    assert failure["suggestion"] == "see whether its disk is still there"


def test_words_go_on_when_the_disk_of_the_sound_is_full(
    scripted: Home, tmp_path: Path
) -> None:
    talk = speech("so be it", "or ever will")
    with small_disk(tmp_path / "disk", "64k") as disk:
        path = disk / "talk.wav"
        ran = scripted.run(*("stream", "-", "--json", "--save-audio", path), sound=talk)
        saved = sound_of(path)

    assert (ran.code, ran.texts) == (1, ["so be it", "or ever will"])
    (failure,) = (one["error"] for one in ran.notices if "error" in one)
    assert "the disk is full" in str(failure)
    assert len(saved) > 60_000
    assert saved == talk[: len(saved)]
