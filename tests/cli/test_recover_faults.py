"""What is wrong with what a run left behind is said with its remedy, each run alone."""

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from symbl_cli.lines import Line
from symbl_cli.streaming.journal import end_entry, entry
from symbl_cli.streaming.segments import Segment
from tests.cli.talks import talk_in
from tests.command_line import Home
from tests.runs.killed import GAP, sentence, words_of
from tests.runs.left import Left, left_in
from tests.sinks.examples import AT, transcript

SAID = "One van is late."
OTHER = "The other one drives."
LONG_AGO = time.time() - 3600


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("served"))
    with home.scripted_server():
        yield home


@pytest.fixture
def left(served: Home) -> Iterator[Left]:
    """With another run beside it, which must come back whatever is wrong with it."""
    left, other = left_in(served, SAID), left_in(served, OTHER)
    yield left
    if other.folder.exists():
        recovered = served.run("recover", other.name)
        assert words_of(served, recovered.stdout.strip()) == OTHER


def aged(left: Left) -> None:
    for path in [*left.folder.iterdir(), left.folder]:
        os.utime(path, (LONG_AGO, LONG_AGO))


def without_record(left: Left) -> None:
    left.record.unlink()
    aged(left)


def a_folder_for(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


BY_HAND = ("/0-*.pcm | symbl stream - --sample-rate", "then delete it")
UNREADABLE: dict[str, tuple[Callable[[Left], object], int, tuple[str, ...]]] = {
    "no record": (without_record, 1, ("its run.json is missing", *BY_HAND)),
    "record garbage": (
        lambda left: left.record.write_bytes(b"\xff\x00" * 99),
        1,
        ("its run.json is damaged", *BY_HAND),
    ),
    "first year": (
        lambda left: left.change_record(startedAt="0001-01-01T00:00:00+01:00"),
        1,
        ("its run.json is damaged", *BY_HAND),
    ),
    "last year": (
        lambda left: left.change_record(startedAt="9999-12-31T23:59:59-01:00"),
        1,
        ("its run.json is damaged", *BY_HAND),
    ),
    "record newer": (
        lambda left: left.change_record(version=99),
        2,
        ("a newer symbl left it", "update this one"),
    ),
    "record unreadable": (
        lambda left: a_folder_for(left.record),
        1,
        ("run.json: Is a directory", "let yourself read and write it"),
    ),
    "lock unreadable": (
        lambda left: a_folder_for(left.folder / "lock"),
        1,
        ("lock: Is a directory", "let yourself read and write it"),
    ),
}


@pytest.mark.parametrize("fault", UNREADABLE)
def test_a_run_that_cannot_be_recovered_is_named_with_its_remedy(
    left: Left, fault: str
) -> None:
    damage, code, sentences = UNREADABLE[fault]
    sound = left.sound.read_bytes()
    damage(left)

    listed = left.home.run("recover")
    named = left.home.run("recover", left.name[:13])

    assert listed.code == 0
    assert len(listed.stdout.splitlines()) == 1
    assert (named.code, named.stdout) == (code, "")
    for ran in (listed, named):
        assert str(left.folder) in ran.stderr
        assert all(words in ran.stderr for words in sentences), ran.stderr
    last = left.home.run("recover", "last")
    assert last.code == 0
    assert str(left.folder) in last.stderr
    assert words_of(left.home, last.stdout.strip()) == OTHER
    assert left.home.run("recover", "--all").code == code
    assert left.sound.read_bytes() == sound
    _delete(left)


def _delete(left: Left) -> None:
    left.folder.rename(left.home.folder / left.name)


def test_the_next_run_says_once_what_cannot_be_recovered(left: Left) -> None:
    without_record(left)

    said = [left.home.run("stream", "-", sound=GAP).stderr for _ in range(2)]

    assert ["its run.json is missing" in one for one in said] == [True, False]
    assert "its run.json is missing" in left.home.run("recover").stderr
    _delete(left)


def test_a_run_of_a_year_that_no_calendar_has_disturbs_no_other(left: Left) -> None:
    left.change_record(startedAt="0001-01-01T00:00:00+01:00")

    ran = left.home.run("stream", "-", "--json", sound=GAP)

    assert ran.code == 0
    said = [str(one["warning"]["message"]) for one in ran.notices if "warning" in one]
    assert len(said) == 2, said
    assert str(left.folder) in said[0]
    assert "was interrupted" in said[1]
    _delete(left)


def test_what_was_kept_of_a_run_without_words_is_removed(left: Left) -> None:
    left.sound.write_bytes(b"\0" * 1600)
    without_record(left)

    assert left.home.run("recover").stderr == ""
    assert not left.folder.exists()


def test_a_file_that_is_not_ours_is_never_removed(left: Left) -> None:
    mine = left.folder / "recording.pcm"
    mine.write_bytes(b"mine")

    recovered = left.home.run("recover", left.name)

    assert words_of(left.home, recovered.stdout.strip()) == SAID
    assert [path.name for path in left.folder.iterdir()] == [mine.name]
    _delete(left)


@pytest.mark.parametrize(
    "name", ["0-000007-0-99999999999999999999.pcm", "9-000000-0.pcm", "0-1.pcm"]
)
def test_sound_of_no_source_changes_nothing(left: Left, name: str) -> None:
    (left.folder / name).write_bytes(b"\1\2" * 999)

    recovered = left.home.run("recover", left.name)

    assert (recovered.code, recovered.stderr) == (0, "")
    assert words_of(left.home, recovered.stdout.strip()) == SAID


def test_half_a_sample_at_the_end_is_left_out(left: Left) -> None:
    left.sound.write_bytes(left.sound.read_bytes()[:-1])

    recovered = left.home.run("recover", left.name)

    assert (recovered.code, recovered.stderr) == (0, "")
    assert words_of(left.home, recovered.stdout.strip()) == SAID


def test_sound_that_is_gone_is_told(left: Left) -> None:
    left.sound.unlink()

    recovered = left.home.run("recover", left.name)

    assert recovered.code == 0
    assert f"the sound of mic in run {left.name} is not there" in recovered.stderr
    assert "only what was heard of it before comes back" in recovered.stderr


def test_sound_that_was_cut_off_before_the_next_file_is_told(left: Left) -> None:
    whole = left.sound.read_bytes()
    left.sound.write_bytes(whole[: 2 * 16000 + 1])
    (left.folder / Segment(0, 1, 32000).name).write_bytes(sentence(OTHER))

    recovered = left.home.run("recover", left.name)

    assert recovered.code == 0
    assert f"1.0 s of the sound of mic in run {left.name}" in recovered.stderr
    assert OTHER in words_of(left.home, recovered.stdout.strip())


def test_sound_that_cannot_be_read_is_named_and_stays(left: Left) -> None:
    unreadable = left.folder / Segment(0, 1, 99999).name
    a_folder_for(unreadable)

    failed = left.home.run("recover", left.name)

    assert (failed.code, failed.stdout) == (1, "")
    assert f"cannot read the sound in {unreadable}: Is a directory" in failed.stderr
    assert f"`symbl recover {left.name}`" in failed.stderr
    unreadable.rmdir()
    recovered = left.home.run("recover", left.name)
    assert words_of(left.home, recovered.stdout.strip()) == SAID


def in_german(left: Left) -> None:
    (stream,) = json.loads(left.record.read_text())["streams"]
    request = json.loads(stream["request"])
    request["config"]["languageCode"] = "de-DE"
    left.change_record(streams=[stream | {"request": json.dumps(request)}])


def test_what_another_server_understood_comes_back_without_the_rest(
    served: Home,
) -> None:
    left = left_in(served, SAID, engine="remote")
    in_german(left)
    said = Line(1, AT, transcript("Guten Morgen."), str(int(time.time())))
    left.journal.write_text(str(entry(said)) + end_entry(0, 0))
    sound = left.sound.read_bytes()

    recovered = [served.run("recover", left.name) for _ in range(2)]

    for ran in recovered:
        assert ran.code == 0
        assert f"the rest of run {left.name} stays where it is: 'de-DE'" in ran.stderr
        assert f"its sound is in {left.folder}" in ran.stderr
        assert words_of(served, ran.stdout.strip()) == "Guten Morgen."
    assert left.sound.read_bytes() == sound
    _delete(left)


def test_a_run_of_which_nothing_was_understood_stays(left: Left) -> None:
    left.change_record(engine="remote")
    in_german(left)

    refused = left.home.run("recover", left.name)

    assert (refused.code, refused.stdout) == (2, "")
    assert f"its sound is in {left.folder}" in refused.stderr
    assert left.sound.exists()
    _delete(left)


@pytest.mark.parametrize(
    ("journal", "said"),
    [
        (b'{"type":"final_end","stream":0,"end":0}\n{"ty', ""),
        (
            b'[]\n\xff\xfe\n{"type":"final_end","stream":0,"end":0}\n',
            "2 lines of what run {} had heard are damaged; only the others come back",
        ),
        (
            b'{"type":"final_end","stream":0,"end":0}\n{}\n',
            "1 line of what run {} had heard is damaged; only the others come back",
        ),
    ],
    ids=["torn", "garbage", "one line"],
)
def test_a_damaged_journal_costs_its_damaged_lines(
    served: Home, journal: bytes, said: str
) -> None:
    left = left_in(served, SAID, engine="remote")
    left.journal.write_bytes(journal)

    recovered = served.run("recover", left.name)

    assert recovered.code == 0
    assert recovered.stderr.rstrip() == (said and f"Warning: {said.format(left.name)}")
    assert words_of(served, recovered.stdout.strip()) == SAID


def test_a_journal_that_cannot_be_read_is_named_and_stays(served: Home) -> None:
    left = left_in(served, SAID, engine="remote")
    left.journal.mkdir()

    failed = served.run("recover", left.name)

    assert (failed.code, failed.stdout) == (1, "")
    assert f"cannot read {left.journal}: Is a directory" in failed.stderr
    assert "move it away: then only the sound beside it comes back" in failed.stderr
    left.journal.rmdir()
    recovered = served.run("recover", left.name)
    assert words_of(served, recovered.stdout.strip()) == SAID


def test_a_recording_of_another_rate_is_named_with_what_to_do(
    served: Home, tmp_path: Path
) -> None:
    talk = talk_in(tmp_path, SAID)
    left = left_in(served, SAID, file=talk)
    left.record.write_text(left.record.read_text().replace("16000", "44100"))

    failed = served.run("recover", left.name)

    assert (failed.code, failed.stdout) == (2, "")
    assert f"is not the recording that run {left.name} read" in failed.stderr
    assert "put that one back" in failed.stderr
    assert f"`symbl stream {talk}`" in failed.stderr
    _delete(left)


@pytest.mark.parametrize("put", [Path.touch, os.mkfifo], ids=["file", "pipe"])
def test_what_lies_in_the_place_of_the_runs_is_named(
    tmp_path: Path, put: Callable[[Path], object]
) -> None:
    home = Home(tmp_path)
    home.runs.parent.mkdir(parents=True)
    put(home.runs)

    with home.scripted_server():
        listed, last = home.run("recover"), home.run("recover", "last")
        streamed = home.run("stream", "-", sound=sentence(SAID))

    assert (listed.code, last.code, streamed.code) == (0, 1, 0)
    for ran in (listed, last, streamed):
        assert f"{home.runs} is no folder: no run is kept in it" in ran.stderr
        assert "move it away" in ran.stderr
