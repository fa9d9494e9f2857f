"""A run has a folder as long as it lives, and longer where it did not end well."""

import math
import stat
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from symbl_cli.errors import ConflictError, StoreError
from symbl_cli.lines import Line, SpeakerRef, State, Status, Transcript
from symbl_cli.streaming.keeping import RunKeeper
from symbl_cli.streaming.left_runs import UnreadableRun, left_behind, not_yet_told
from symbl_cli.streaming.run_record import decode_record, encode_record
from symbl_cli.streaming.runs import (
    lock_folder,
    make_folder,
    remove_folder,
    write_record,
)
from tests.runs.kept import LISTENING, NOON, keeping, record, sound
from tests.small_disk import fill, small_disk


def final(number: int, text: str, *, is_final: bool = True) -> Line:
    said = Transcript(
        id=str(number),
        rev=1,
        final=is_final,
        text=text,
        start=0.0,
        end=1.0,
        at=NOON,
        speaker=SpeakerRef("m1", "Mara"),
    )
    return Line(number, NOON, said, "5012")


def test_a_killed_run_leaves_sound_record_and_journal_for_its_owner_alone(
    tmp_path: Path,
) -> None:
    runs = tmp_path / "runs"

    with keeping(runs) as kept:
        kept.spool.append(sound(0, 1600))
        kept.keeper.note(LISTENING)
        kept.keeper.note(final(2, "One", is_final=False))
        kept.keeper.note(final(3, "One two."))
        kept.keeper.final(0, 1600)

    (left,) = left_behind(runs)
    assert left.record == record()
    assert left.seconds == 0.1
    journal = left.journal()
    assert list(journal.lines) == [final(3, "One two.")]
    assert journal.end(0) == 1600
    assert journal.conversation_id == "5012"
    assert stat.S_IMODE(left.folder.stat().st_mode) == 0o700
    modes = {stat.S_IMODE(path.stat().st_mode) for path in left.folder.iterdir()}
    assert modes == {0o600}


def test_a_run_that_ended_well_leaves_nothing(tmp_path: Path) -> None:
    with keeping(tmp_path) as kept:
        kept.spool.append(sound(0, 1600))
        kept.keeper.note(LISTENING)
        kept.until_saved(1600)
        kept.keeper.end(is_complete=True)

    assert list(tmp_path.iterdir()) == []


def test_a_run_that_lives_is_nobody_elses(tmp_path: Path) -> None:
    with keeping(tmp_path) as kept:
        kept.keeper.note(LISTENING)
        kept.until((tmp_path / "room" / "run.json").exists)
        assert left_behind(tmp_path) == []

    (left,) = left_behind(tmp_path)
    with left.taken():
        assert left_behind(tmp_path) == []
        with pytest.raises(ConflictError, match="being recovered"), left.taken():
            pass
    assert len(left_behind(tmp_path)) == 1


def test_a_run_that_ends_while_somebody_looks_is_none_that_cannot_be_read(
    tmp_path: Path,
) -> None:
    told: list[UnreadableRun] = []

    def run_often() -> None:
        for _ in range(50):
            folder = make_folder(tmp_path, "room")
            lock = lock_folder(folder)
            write_record(folder, record())
            remove_folder(folder, lock)

    running = Thread(target=run_often)
    running.start()
    while running.is_alive():
        assert left_behind(tmp_path, told.append) == []

    assert told == []


def test_two_runs_under_one_connection_id_have_a_folder_each(tmp_path: Path) -> None:
    with keeping(tmp_path) as one, keeping(tmp_path) as other:
        one.spool.append(sound(0, 10))
        other.spool.append(sound(0, 20))
        one.until_saved(10)
        other.until_saved(20)

    left = left_behind(tmp_path)
    assert sorted(run.id for run in left) == ["room", "room-2"]
    assert {run.record.connection_id for run in left} == {"room"}


@pytest.mark.parametrize("name", ["../../etc", ".", "..", "a/b", "x" * 300, "\0", "ü"])
def test_no_connection_id_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    assert make_folder(tmp_path, name).parent == tmp_path
    assert len(list(tmp_path.iterdir())) == 1


def test_of_an_interrupted_run_one_is_told_once(tmp_path: Path) -> None:
    with keeping(tmp_path) as kept:
        kept.spool.append(sound(0, 10))

    assert len(not_yet_told(left_behind(tmp_path))) == 1
    assert not_yet_told(left_behind(tmp_path)) == []
    assert len(left_behind(tmp_path)) == 1


def test_a_full_disk_is_told_and_the_run_goes_on_in_memory(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "64k") as disk, keeping(disk) as kept:
        for at in range(0, 160_000, 1600):
            kept.spool.append(sound(at, at + 1600))
        kept.until(lambda: bool(kept.told))

        assert kept.told == [Status(State.SPOOL_OFF)]
        assert kept.keeper.failure == "No space left on device"
        there = kept.spool.get(kept.spool.seek(158_400), 0)
        assert there == ((0, 160_000), sound(158_400, 160_000))
        first = kept.spool.get((0, 0), 0)
        assert first == ((0, 1600), sound(0, 1600))


@pytest.mark.parametrize("is_freed", [True, False], ids=["freed", "full"])
def test_what_a_full_disk_did_not_take_is_there_if_it_does_in_the_end(
    tmp_path: Path, *, is_freed: bool
) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk:
        with keeping(disk / "runs") as kept:
            kept.keeper.note(LISTENING)
            kept.until((disk / "runs" / "room" / "run.json").exists)
            fill(disk)
            kept.spool.append(sound(0, 32_000))
            kept.until(lambda: bool(kept.told))
            kept.keeper.note(final(3, "One two."))
            if is_freed:
                (disk / "others").unlink()
        (left,) = left_behind(disk / "runs")

        assert left.is_cut is not is_freed
        assert kept.keeper.is_left
        assert kept.keeper.kept_until == (math.inf if is_freed else 0.0)
        assert list(left.journal().lines) == [final(3, "One two.")] * is_freed
        assert left.seconds == 2.0 * is_freed


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")

    with keeping(blocked / "runs") as kept:
        kept.until(lambda: bool(kept.told))

    assert kept.told == [Status(State.SPOOL_OFF)]
    assert kept.keeper.failure == "Not a directory"


def test_a_damaged_journal_yields_what_is_whole(tmp_path: Path) -> None:
    with keeping(tmp_path) as kept:
        kept.keeper.note(LISTENING)
        kept.keeper.note(final(3, "One two."))
    (left,) = left_behind(tmp_path)
    path = left.folder / "journal.jsonl"
    path.write_bytes(
        path.read_bytes() + b'\xff{"type":\n{"type":"final_end"}\n[1]\n{"ty'
    )

    assert list(left.journal().lines) == [final(3, "One two.")]
    assert left.journal().damaged == 3


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "[]",
        "{}",
        encode_record(record()).replace("start_request", "stop_request"),
        encode_record(record()).replace("2026-03-02", "yesterday"),
        encode_record(record()).replace("12:00:00+00:00", "12:00:00"),
        encode_record(record()).replace("LINEAR16", "BANANA"),
        encode_record(record()).replace("16000", "99999999"),
        encode_record(replace(record(), streams=())),
        encode_record(record())[:100],
        "[" * 100_000,
    ],
)
def test_a_damaged_record_is_no_run(tmp_path: Path, damaged: str) -> None:
    folder = make_folder(tmp_path, "room")
    (folder / "run.json").write_text(damaged)

    with pytest.raises(StoreError):
        decode_record(damaged)
    assert left_behind(tmp_path) == []


def test_a_run_with_a_recording_keeps_no_second_copy(tmp_path: Path) -> None:
    keeper = RunKeeper(tmp_path, limit=2**20, has_file=True)
    with keeping(tmp_path) as other:
        spool = keeper.spool(other.source, other.tell, None)
        keeper.begin(record())
        spool.append(sound(0, 1600))
        keeper.end(is_complete=False)

    names = {path.name for path in keeper.folder.iterdir()}
    assert names == {"lock", "run.json"}
