"""Captured sound that is kept until it is final."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from symbl_cli.lines import Cause
from symbl_cli.streaming.spool import (
    READ_AHEAD,
    Hole,
    MemorySpool,
    Nothing,
    Place,
    Sound,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FOREVER = 20.0
START = (0, 0)


def sound(start: int, end: int) -> Sound:
    return Sound(start, end, bytes(2 * (end - start)))


def spool_of(*pieces: Sound | Hole, limit: int = 2**20) -> MemorySpool:
    spool = MemorySpool(may_wait=lambda: False, tell_lost=lambda *_: None, limit=limit)
    for piece in pieces:
        spool.append(piece)
    return spool


def losing_spool(limit: int = 2**20) -> tuple[MemorySpool, list[tuple[int, Cause]]]:
    """One that may lose sound, and what is told of it."""
    told: list[tuple[int, Cause]] = []

    def tell(samples: int, cause: Cause) -> None:
        told.append((samples, cause))

    return MemorySpool(may_wait=lambda: False, tell_lost=tell, limit=limit), told


def read(spool: MemorySpool, place: Place = START) -> list[object]:
    """All from *place* on."""
    pieces: list[object] = []
    while not isinstance(found := spool.get(place, 0), Nothing):
        place, piece = found
        pieces.append(piece)
    return pieces


def test_pieces_are_had_again_until_they_are_trimmed() -> None:
    pieces = [sound(0, 10), sound(10, 20), sound(20, 30)]
    spool = spool_of(*pieces)

    assert read(spool) == pieces
    assert read(spool, spool.seek(10)) == pieces[1:]
    assert read(spool, spool.seek(15)) == pieces[1:]
    spool.trim(20)
    assert read(spool) == pieces[2:]
    assert read(spool, spool.seek(0)) == pieces[2:]


def test_a_piece_that_is_not_wholly_final_is_kept() -> None:
    spool = spool_of(sound(0, 10), sound(10, 20))

    spool.trim(19)

    assert read(spool) == [sound(10, 20)]


def test_a_pause_at_the_place_to_go_on_is_told_again() -> None:
    pause = Hole(10, 10, NOON)
    spool = spool_of(sound(0, 10), pause, sound(10, 20))

    assert read(spool, spool.seek(10)) == [pause, sound(10, 20)]


def test_all_may_be_trimmed() -> None:
    spool = spool_of(sound(0, 10))
    spool.trim(10)

    assert spool.get(START, 0) is Nothing.YET
    spool.append(sound(10, 20))
    assert read(spool) == [sound(10, 20)]


def test_the_end_is_told_after_the_last_piece() -> None:
    spool = spool_of(sound(0, 10))
    spool.finish()

    assert spool.get(START, FOREVER) == ((1, 10), sound(0, 10))
    assert spool.get((1, 10), FOREVER) is Nothing.MORE


def test_the_oldest_goes_when_there_is_no_room_and_is_told() -> None:
    spool, told = losing_spool(limit=40)
    for number in range(5):
        spool.append(sound(number * 10, number * 10 + 10))

    assert read(spool) == [sound(30, 40), sound(40, 50)]
    assert told == [(10, Cause.MEMORY)] * 3
    assert spool.lost == 30


def test_what_was_read_is_a_loss_once_it_is_asked_for_again() -> None:
    spool, told = losing_spool(limit=40)
    place = START
    for number in range(5):
        spool.append(sound(number * 10, number * 10 + 10))
        place = spool.seek(number * 10 + 10)
    before = list(told)
    again = read(spool, spool.seek(12))
    spool.seek(12)

    assert (before, told) == ([], [(18, Cause.MEMORY)])
    assert again == [sound(30, 40), sound(40, 50)]
    assert spool.get(place, 0) is Nothing.YET


def test_what_is_final_is_a_loss_where_the_server_has_it_no_more() -> None:
    spool, told = losing_spool()
    for number in range(3):
        spool.append(sound(number * 10, number * 10 + 10))
    read(spool)

    spool.trim(20)
    spool.seek(20)
    assert told == []
    spool.seek(5)
    assert told == [(15, Cause.SERVER)]


def test_whoever_waits_for_a_piece_gets_it_when_it_comes() -> None:
    spool = spool_of()

    with ThreadPoolExecutor(1) as executor:
        waiting = executor.submit(spool.get, START, FOREVER)
        spool.append(sound(0, 10))
        assert waiting.result(FOREVER) == ((1, 10), sound(0, 10))


def test_a_source_that_can_wait_is_held_up_until_it_is_read() -> None:
    spool = MemorySpool(may_wait=lambda: True, tell_lost=lambda *_: None)
    big = Sound(0, READ_AHEAD, bytes(READ_AHEAD + 1))
    spool.append(big)

    with ThreadPoolExecutor(1) as executor:
        waiting = executor.submit(spool.append, sound(READ_AHEAD, READ_AHEAD + 1))
        assert not waiting.done()
        assert spool.get(START, FOREVER) == ((1, big.end), big)
        waiting.result(FOREVER)
    assert len(read(spool)) == 2


def test_a_source_that_waits_is_let_go_when_nobody_reads_any_more() -> None:
    spool = MemorySpool(may_wait=lambda: True, tell_lost=lambda *_: None)
    spool.append(Sound(0, READ_AHEAD, bytes(READ_AHEAD + 1)))

    with ThreadPoolExecutor(1) as executor:
        waiting = executor.submit(spool.append, sound(READ_AHEAD, READ_AHEAD + 1))
        spool.finish()
        waiting.result(FOREVER)
