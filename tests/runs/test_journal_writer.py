"""What was heard waits for a disk that takes it, and is bounded meanwhile."""

from pathlib import Path

import pytest

from symbl_cli.streaming.journal_writer import LIMIT, JournalWriter
from symbl_cli.streaming.runs import JOURNAL
from tests.small_disk import fill, small_disk

LINES = tuple(f"{number:04}{'.' * 95}\n" for number in range(200))


def test_what_a_full_disk_cut_off_goes_on_where_it_was(tmp_path: Path) -> None:
    writer = JournalWriter(may_drop=lambda: False)
    with small_disk(tmp_path / "disk", "64k") as disk:
        writer.put(LINES[0], 0.0)
        writer.write(disk)
        fill(disk)
        for second, line in enumerate(LINES[1:], start=1):
            writer.put(line, second)
        with pytest.raises(OSError, match="No space"):
            writer.write(disk)
        told = writer.until
        whole = (disk / JOURNAL).read_text().count("\n")
        (disk / "others").unlink()
        writer.write(disk)
        writer.close()

        assert 0 < told == whole - 1
        assert (disk / JOURNAL).read_text() == "".join(LINES)
    assert writer.until == len(LINES) - 1
    assert not writer.is_short


def test_what_waits_for_a_disk_that_takes_nothing_is_bounded(tmp_path: Path) -> None:
    writer = JournalWriter(may_drop=lambda: True)
    half = "." * (LIMIT // 2)

    for second, line in enumerate((half, half, half, "a word"), start=1):
        writer.put(line, second)
    writer.write(tmp_path)
    writer.put("another", 5)
    writer.write(tmp_path)
    writer.close()

    assert (tmp_path / JOURNAL).read_text() == half + half
    assert (writer.until, writer.is_short) == (2, True)
