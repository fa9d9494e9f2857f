"""Recognition processes: started, replaced, ended."""

import asyncio
import os
import shlex
import subprocess
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest

from symbl_cli.errors import SymblError
from symbl_cli.server.recognition.frames import (
    Decoded,
    DecodeRequest,
    Ready,
    Refused,
    Reply,
    Working,
    decode_reply,
    decode_request,
    encode_reply,
    encode_request,
    read_frame,
)
from symbl_cli.server.recognition.recognizer import HeardWord, Recognized
from symbl_cli.server.recognition.scripted import DEADLY, SLOW
from symbl_cli.server.recognition.workers import (
    Worker,
    WorkerDied,
    WorkerPool,
    worker_command,
    worker_environment,
)
from tests.scripted_speech import say

COMMAND = worker_command("scripted", Path())
TIMEOUT = 30


def saying(text: str) -> DecodeRequest:
    samples = array("h", say(text))
    return DecodeRequest(array("f", (s / 32768 for s in samples)).tobytes())


class Changes:
    """Waits for what a pool tells."""

    def __init__(self) -> None:
        self._told = asyncio.Event()

    def tell(self) -> None:
        self._told.set()

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(TIMEOUT):
            while not is_so():
                self._told.clear()
                await self._told.wait()


@pytest.mark.parametrize(
    "reply",
    [
        Ready(),
        Working(),
        Refused("No model.", "Add one."),
        Decoded(Recognized("Hello"), 0.5),
        Decoded(Recognized("Hi", (HeardWord("Hi", 0.1, 0.2, 0.9),), 0.8), 0.25),
    ],
    ids=lambda reply: type(reply).__name__,
)
def test_every_reply_survives_the_pipe(reply: Reply, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    pipe.write_bytes(encode_reply(reply))

    with pipe.open("rb") as stream:
        body = read_frame(stream)
        assert body is not None
        assert decode_reply(body) == reply
        assert read_frame(stream) is None


def test_every_request_survives_the_pipe(tmp_path: Path) -> None:
    request = DecodeRequest(b"\n\x00{}\n", ("Symbl", "naïve\n"))
    pipe = tmp_path / "pipe"
    pipe.write_bytes(encode_request(request))

    with pipe.open("rb") as stream:
        body = read_frame(stream)
    assert body is not None
    assert decode_request(body) == request


def test_a_worker_decodes_one_thing_after_the_other() -> None:
    async def two() -> list[str]:
        worker = await Worker.start(COMMAND)
        decoded = [await worker.decode(saying(text)) for text in ("One", "Two")]
        await worker.close()
        return [each.recognized.text for each in decoded]

    assert asyncio.run(asyncio.wait_for(two(), TIMEOUT)) == ["One", "Two"]


def test_a_worker_that_takes_long_shows_that_it_is_at_work() -> None:
    async def signs() -> int:
        seen: list[str] = []
        worker = await Worker.start(COMMAND)
        await worker.decode(saying(f"Two{SLOW}"), on_life=lambda: seen.append("alive"))
        await worker.close()
        return len(seen)

    # One for the answer itself.
    assert asyncio.run(asyncio.wait_for(signs(), TIMEOUT)) > 1


def test_a_worker_that_dies_is_an_error() -> None:
    async def deadly() -> None:
        worker = await Worker.start(COMMAND)
        try:
            await worker.decode(saying(f"It {DEADLY} dies"))
        finally:
            await worker.close()

    with pytest.raises(WorkerDied):
        asyncio.run(asyncio.wait_for(deadly(), TIMEOUT))


def test_a_worker_ends_with_its_parent() -> None:
    with subprocess.Popen(
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=worker_environment(),
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdin is not None
        assert read_frame(worker.stdout) == b"{}"
        worker.stdin.close()
        assert worker.wait(TIMEOUT) == 0


def test_a_worker_has_a_session_of_its_own() -> None:
    async def session() -> int:
        worker = await Worker.start(COMMAND)
        found = os.getsid(worker.pid)
        await worker.close()
        return found

    assert asyncio.run(asyncio.wait_for(session(), TIMEOUT)) != os.getsid(0)


def test_a_worker_that_has_nothing_to_do_ends_and_may_come_back() -> None:
    async def sizes() -> list[int]:
        changes = Changes()
        pool = WorkerPool(COMMAND, limit=1, idle=0, on_change=changes.tell)
        pool.grow()
        await changes.until(lambda: pool.has_free)
        await changes.until(lambda: not pool.size)
        pool.grow()
        await changes.until(lambda: pool.has_free)
        seen = [pool.size]
        await pool.close()
        return seen

    assert asyncio.run(sizes()) == [1]


def test_there_are_never_more_workers_than_allowed() -> None:
    async def sizes() -> int:
        changes = Changes()
        pool = WorkerPool(COMMAND, limit=2, idle=60, on_change=changes.tell)
        for _ in range(5):
            pool.grow()
        await changes.until(lambda: len(pool.pids) == pool.size)
        size = pool.size
        await pool.close()
        return size

    assert asyncio.run(sizes()) == 2


@pytest.mark.parametrize(
    "command", [("/nowhere/python",), (*COMMAND[:2], "-c", "raise SystemExit(1)")]
)
def test_workers_that_cannot_start_are_given_up(command: tuple[str, ...]) -> None:
    async def error() -> SymblError | None:
        changes = Changes()
        pool = WorkerPool(command, limit=1, idle=60, on_change=changes.tell)
        pool.grow()
        await changes.until(lambda: pool.error is not None)
        await pool.close()
        return pool.error

    assert asyncio.run(error()) is not None


def test_those_that_are_there_go_on_where_no_further_one_can_start(
    tmp_path: Path,
) -> None:
    once = f"mkdir {shlex.quote(str(tmp_path / 'taken'))} && exec {shlex.join(COMMAND)}"

    async def said() -> tuple[SymblError | None, int, str]:
        changes = Changes()
        pool = WorkerPool(("sh", "-c", once), limit=2, idle=60, on_change=changes.tell)
        pool.grow()
        await changes.until(lambda: pool.has_free)
        worker = pool.take()
        pool.grow()
        await changes.until(lambda: pool.limit < 2 or pool.error is not None)
        decoded = await worker.decode(saying("Still here"))
        await pool.close()
        return pool.error, pool.limit, decoded.recognized.text

    assert asyncio.run(said()) == (None, 1, "Still here")
