"""A spool keeps on disk what is not final, and in memory only the newest."""

import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from symbl_cli.lines import Cause, State
from symbl_cli.streaming.disk_spool import BEHIND, WINDOW, DiskSpool
from symbl_cli.streaming.segments import SEGMENT
from symbl_cli.streaming.spool import READ_AHEAD, Hole, Nothing, Piece, Sound, Spool
from tests.fakes import TIMEOUT
from tests.runs.kept import NOON, joined, keeping, read_all, sound

BLOCK = 1600
"""Samples of 100 ms."""
BIG = 2 * WINDOW // 2 // BLOCK
"""Blocks that are more than what stays in memory."""


def fill(spool: Spool, count: int, *, first: int = 0) -> Sound:
    """*count* blocks of sound, which are returned as one."""
    for number in range(first, first + count):
        spool.append(sound(number * BLOCK, (number + 1) * BLOCK))
    return sound(first * BLOCK, (first + count) * BLOCK)


def test_what_left_memory_is_read_from_disk(tmp_path: Path) -> None:
    with keeping(tmp_path) as kept:
        whole = fill(kept.spool, BIG)
        kept.until_saved(whole.end)

        assert joined(read_all(kept.spool)) == [whole]
        half = whole.end // 2 + 7
        there = joined(read_all(kept.spool, kept.spool.seek(half)))
        assert there == [Sound(half, whole.end, whole.pcm[half * 2 :])]


def test_pieces_from_disk_are_no_longer_than_frames(tmp_path: Path) -> None:
    with keeping(tmp_path) as kept:
        kept.until_saved(fill(kept.spool, BIG).end)

        sizes = {len(one.pcm) for one in read_all(kept.spool) if isinstance(one, Sound)}

    assert max(sizes) == 2 * BLOCK


def test_gaps_and_pauses_are_had_again_from_memory_and_from_disk(
    tmp_path: Path,
) -> None:
    later = NOON + timedelta(minutes=3, microseconds=5)
    pieces: list[Piece] = [
        sound(0, 100),
        Hole(100, 250, NOON),
        sound(250, 300),
        Hole(300, 300, later),
        sound(300, 400),
    ]

    with keeping(tmp_path) as kept:
        for piece in pieces:
            kept.spool.append(piece)
        kept.until_saved(400)

        assert read_all(kept.spool) == pieces
        assert kept.on_disk() == pieces
        assert read_all(kept.spool, kept.spool.seek(300)) == pieces[3:]
        assert read_all(kept.spool, kept.spool.seek(100)) == pieces[1:]


def test_files_are_removed_once_all_in_them_is_final(tmp_path: Path) -> None:
    with keeping(tmp_path) as kept:
        whole = fill(kept.spool, BIG)
        kept.until_saved(whole.end)
        files = sorted(kept.folder.glob("*.pcm"))
        assert len(files) == 2

        kept.spool.trim(whole.end - 1)

        kept.until(lambda: sorted(kept.folder.glob("*.pcm")) == files[-1:])
        first = kept.on_disk()[0].start
        assert joined(read_all(kept.spool)) == [sound(first, whole.end)]


def test_over_the_limit_the_oldest_goes_and_is_told(tmp_path: Path) -> None:
    with keeping(tmp_path, limit=2 * SEGMENT) as kept:
        whole = fill(kept.spool, 4 * SEGMENT // 2 // BLOCK)
        kept.until_saved(whole.end)
        kept.until(lambda: len(list(kept.folder.glob("*.pcm"))) <= 2)

        left = joined(read_all(kept.spool))

    assert left == [sound(left[0].start, whole.end)]
    lost = left[0].start / 16000
    assert lost > 0
    assert {status.state for status in kept.told} == {State.AUDIO_DROPPED}
    assert {status.cause for status in kept.told} == {Cause.CONNECTION}
    assert kept.spool.lost == left[0].start
    assert round(sum(status.seconds or 0 for status in kept.told), 2) == round(lost, 2)
    assert {status.speaker for status in kept.told} == {"Speaker 1"}


def test_what_was_sent_is_no_loss_when_it_goes(tmp_path: Path) -> None:
    with keeping(tmp_path, limit=SEGMENT) as kept:
        place = (0, 0)
        for number in range(4 * SEGMENT // 2 // BLOCK):
            kept.spool.append(sound(number * BLOCK, (number + 1) * BLOCK))
            found = kept.spool.get(place, 0)
            assert not isinstance(found, Nothing)
            place, _ = found
        kept.until_saved((number + 1) * BLOCK)
        kept.until(lambda: len(list(kept.folder.glob("*.pcm"))) <= 1)

        told, first = list(kept.told), joined(read_all(kept.spool))[0].start
        kept.spool.seek(100)

    assert told == []
    assert [(one.seconds, one.cause) for one in kept.told] == [
        (round((first - 100) / 16000, 3), Cause.CONNECTION)
    ]


def test_a_source_that_can_wait_is_held_up_until_it_is_read(tmp_path: Path) -> None:
    big = Sound(0, READ_AHEAD, bytes(2 * READ_AHEAD))
    more = Sound(READ_AHEAD, READ_AHEAD + 1, bytes(2))

    with keeping(tmp_path, may_wait=True) as kept, ThreadPoolExecutor(1) as executor:
        kept.spool.append(big)
        waiting = executor.submit(kept.spool.append, more)
        assert not waiting.done()
        assert joined(read_all(kept.spool))[0].end >= big.end
        waiting.result(TIMEOUT)


class HungDisk:
    """An owner that never gets to write anything."""

    folder = Path()
    limit = 2**30
    is_off = False
    why = ""

    def wake(self) -> None: ...

    def give_up(self, why: str) -> None:
        self.is_off = True
        self.why = why

    def lost(self, stream: int, samples: int, cause: Cause) -> None:
        raise AssertionError(samples, cause)


def test_a_disk_that_takes_nothing_is_given_up_and_memory_serves() -> None:
    now, owner = [0.0], HungDisk()
    spool = DiskSpool(
        0, 2, owner, longest=BLOCK, may_wait=lambda: False, clock=lambda: now[0]
    )

    fill(spool, 1)
    now[0] = BEHIND
    fill(spool, 1, first=1)
    assert not owner.is_off
    now[0] += 0.1
    whole = fill(spool, BIG, first=2)

    assert owner.why == "the disk has taken nothing for 5 s"
    assert joined(read_all(spool)) == [sound(0, whole.end)]


def test_sound_that_was_removed_from_outside_is_left_out(tmp_path: Path) -> None:
    with keeping(tmp_path) as kept:
        whole = fill(kept.spool, BIG)
        kept.until_saved(whole.end)
        for path in kept.folder.glob("*.pcm"):
            path.unlink()

        left = joined(read_all(kept.spool))

    assert left == [sound(left[0].start, whole.end)]
    assert {(status.state, status.cause) for status in kept.told} == {
        (State.AUDIO_DROPPED, Cause.DISK)
    }
    assert kept.spool.lost == left[0].start


def test_of_what_was_removed_nothing_is_lost_before_memory_forgets_it(
    tmp_path: Path,
) -> None:
    with keeping(tmp_path) as kept:
        first = fill(kept.spool, BIG)
        kept.until_saved(first.end)
        for path in kept.folder.glob("*.pcm"):
            path.unlink()
        left = joined(read_all(kept.spool))[0].start
        told = [one.seconds for one in kept.told]
        rest = fill(kept.spool, BIG, first=BIG)
        kept.until_saved(rest.end)
        again = joined(read_all(kept.spool))

    assert told == [round(left / 16000, 3)]
    assert again == [sound(again[0].start, rest.end)]
    assert again[0].start > left
    assert kept.spool.lost == again[0].start
    assert {one.cause for one in kept.told} == {Cause.DISK}


def test_an_hour_without_finals_takes_no_more_memory_than_a_minute(
    tmp_path: Path,
) -> None:
    pcm = bytes(2 * BLOCK)
    tracemalloc.start()
    sizes: list[int] = []

    with keeping(tmp_path) as kept:
        for number in range(36_000):
            kept.spool.append(Sound(number * BLOCK, (number + 1) * BLOCK, pcm))
            if number % 600 == 599:
                kept.until_saved((number + 1) * BLOCK - 3 * BLOCK)
            if number % 6000 == 5999:
                sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()

    assert max(later - before for before, later in pairwise(sizes)) < 200_000, sizes
    assert sys.getsizeof(pcm) * 36_000 > 100 * 2**20
