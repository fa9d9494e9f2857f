"""Whatever lies where runs leave things ends no meeting, and hangs nobody."""

import json
import os
import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from symbl_cli.lines import Line
from symbl_cli.sinks.json_form import as_fields
from symbl_cli.streaming.segments import Segment
from tests.command_line import Home
from tests.runs.killed import GAP, sentence, words_of
from tests.runs.left import Left, left_in
from tests.sinks.examples import AT, transcript

SAID = "One van is late."
NEW = "This meeting goes on."
MEMORY = 2**30
"""Bytes of addresses: more than any command here needs."""
HEARD = '{"type":"final_end","stream":0,"end":0}\n'
FINAL = as_fields(Line(1, AT, transcript("x"), "5012"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("served"))
    with home.scripted_server():
        yield home


@pytest.fixture
def left(served: Home, tmp_path: Path) -> Iterator[Left]:
    left = left_in(served, SAID)
    yield left
    if left.folder.exists():
        left.folder.rename(tmp_path / left.name)


def a_pipe_for(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def a_link_for(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def gigabytes_for(path: Path) -> None:
    with path.open("ab") as file:
        file.truncate(2 * MEMORY)


def no_number(left: Left) -> None:
    text = left.record.read_text()
    left.record.write_text(text.replace('"version": 1', '"version": 1e999'))


def many_streams(left: Left) -> None:
    (stream,) = json.loads(left.record.read_text())["streams"]
    left.change_record(streams=[stream] * 5000)


DAMAGED: dict[str, Callable[[Left], object]] = {
    "infinite version": no_number,
    "pipe": lambda left: a_pipe_for(left.record),
    "device": lambda left: a_link_for(left.record),
    "gigabytes": lambda left: gigabytes_for(left.record),
    "half a character": lambda left: left.change_record(connectionId="a\ud800b"),
    "NUL": lambda left: left.change_record(file="/a\0b"),
    "no request": lambda left: left.change_record(streams=[{"name": 1, "request": 1}]),
    "many streams": many_streams,
}


@pytest.mark.parametrize("fault", DAMAGED)
def test_no_record_ends_a_meeting_or_hangs_anybody(left: Left, fault: str) -> None:
    DAMAGED[fault](left)

    listed = left.home.run("recover", before=with_little_memory)
    streamed = left.home.run("stream", "-", "--json", sound=sentence(NEW))
    recovered = left.home.run("recover", "--all")

    assert (listed.code, streamed.code, recovered.code) == (0, 0, 1)
    assert streamed.texts == [NEW]
    for ran in (listed, streamed, recovered):
        assert str(left.folder) in ran.stderr
        assert "its run.json is damaged" in ran.stderr
    assert left.sound.exists()


def with_little_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


@pytest.mark.parametrize(
    ("name", "put"),
    [
        (Segment(0, 1, 99999).name, a_pipe_for),
        ("journal.jsonl", a_pipe_for),
        ("journal.jsonl", gigabytes_for),
    ],
    ids=["sound", "journal", "long journal"],
)
def test_what_is_no_file_of_ours_is_named_and_the_run_comes_back_without(
    left: Left, name: str, put: Callable[[Path], None]
) -> None:
    strange = left.folder / name
    put(strange)

    streamed = left.home.run("stream", "-", "--json", sound=sentence(NEW))
    failed = left.home.run("recover", left.name)

    assert (streamed.code, streamed.texts) == (0, [NEW])
    assert (failed.code, failed.stdout) == (1, "")
    assert str(strange) in failed.stderr
    assert "move it away" in failed.stderr
    strange.unlink()
    recovered = left.home.run("recover", left.name)
    assert words_of(left.home, recovered.stdout.strip()) == SAID


LINES = {
    "infinite end": '{"type":"final_end","stream":0,"end":1e999}',
    "negative end": '{"type":"final_end","stream":0,"end":-5}',
    "no end": '{"type":"final_end","stream":0,"end":[]}',
    "time of no calendar": json.dumps(FINAL | {"start": 1e300, "end": 1e308}),
    "year of no calendar": json.dumps(FINAL | {"at": "9999-12-31T23:59:59-14:00"}),
    "no zone": json.dumps(FINAL | {"at": "2026-01-01T00:00:00"}),
    "big number": json.dumps(FINAL | {"rev": 10**300}),
    "half a character": json.dumps(FINAL | {"text": "a\ud800b"}),
}


@pytest.mark.parametrize("fault", LINES)
def test_a_line_of_a_journal_that_makes_no_sense_costs_itself_alone(
    served: Home, fault: str
) -> None:
    left = left_in(served, SAID, engine="remote")
    left.journal.write_text(f"{HEARD}{LINES[fault]}\n")

    recovered = served.run("recover", left.name)

    assert recovered.code == 0, recovered.stderr
    assert f"1 line of what run {left.name} had heard is damaged" in recovered.stderr
    assert words_of(served, recovered.stdout.strip()) == SAID


def test_a_recording_whose_name_no_disk_has_is_not_there(left: Left) -> None:
    left.change_record(file="/" + "a" * 5000)

    ran = left.home.run("recover", left.name)

    assert (ran.code, ran.stdout) == (2, "")
    assert f"of run {left.name} is not there any more; put it back" in ran.stderr


def test_of_a_strange_left_over_one_is_told_once(left: Left) -> None:
    a_pipe_for(left.record)

    said = [left.home.run("stream", "-", sound=GAP).stderr for _ in range(2)]

    assert ["its run.json is damaged" in one for one in said] == [True, False]
