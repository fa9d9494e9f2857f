"""The store in trouble (each fault is made for real)."""

import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import wait
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from symbl_cli.errors import DiskFullError, ExitCode, NewerStoreError, StoreError
from symbl_cli.server.store.changes import SaveConversation, SaveMessage
from symbl_cli.server.store.opening import DATABASE_FILE, open_database
from symbl_cli.server.store.store import open_store
from tests.small_disk import small_disk

from .samples import MEETING, MESSAGES, TENANT, conversation, message, whole_meeting

DAY = date(2026, 11, 27)
ROOT = Path(__file__).parents[2]

WRITE_FOR_EVER = """
import sys
from pathlib import Path
from symbl_cli.server.store.changes import SaveMessage
from symbl_cli.server.store.store import open_store
from tests.store.samples import message, whole_meeting
store = open_store(Path(sys.argv[1]))
store.write(*whole_meeting()).result()
number = 0
while True:
    number += 1
    store.write(SaveMessage(message(str(number), f"Word {number}.", number))).result()
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""
OPEN = """
import sys
from pathlib import Path
from symbl_cli.errors import SymblError
from symbl_cli.server.store.store import open_store
import os
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
try:
    open_store(Path(sys.argv[1])).close()
except SymblError as error:
    sys.stdout.write(f"{type(error).__name__}: {error.message}")
"""


def test_nothing_that_was_acknowledged_is_lost_when_the_writer_is_killed(
    tmp_path: Path,
) -> None:
    writer = _python(WRITE_FOR_EVER, tmp_path)
    assert writer.stdout is not None
    lines = [writer.stdout.readline() for _ in range(50)]
    writer.send_signal(signal.SIGKILL)
    lines += writer.communicate(timeout=30)[0].splitlines(keepends=True)
    last = int(next(line for line in reversed(lines) if line.endswith("\n")))

    with open_store(tmp_path) as store:
        kept = {one.id for one in store.messages(MEETING)}
        assert kept >= {str(number) for number in range(1, last + 1)}
        assert store.notices == ()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"this is no database" * 1000, id="garbage"),
        pytest.param(b"SQLite format 3\0" + b"\0" * 4080, id="an empty header"),
    ],
)
def test_a_damaged_store_is_set_aside_and_a_new_one_begun(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / DATABASE_FILE).write_bytes(content)

    with open_store(tmp_path, today=lambda: DAY) as store:
        store.write(*whole_meeting()).result(10)

        aside = tmp_path / f"{DATABASE_FILE}.damaged-2026-11-27"
        assert store.notices == (
            f"the conversations on disk were damaged; they are now in {aside}",
        )
        assert aside.read_bytes() == content
        assert store.messages(MEETING) == MESSAGES


def test_damage_in_the_middle_is_found_at_the_next_start(tmp_path: Path) -> None:
    _write_much(tmp_path)
    database = tmp_path / DATABASE_FILE
    middle = database.stat().st_size // 2
    with database.open("r+b") as file:
        file.seek(middle)
        file.write(os.urandom(8192))

    with open_store(tmp_path, today=lambda: DAY) as store:
        assert len(store.notices) == 1
        assert store.conversation(TENANT, MEETING) is None


def test_two_damaged_stores_of_a_day_do_not_replace_each_other(tmp_path: Path) -> None:
    for content in (b"first" * 1000, b"second" * 1000):
        (tmp_path / DATABASE_FILE).write_bytes(content)
        open_store(tmp_path, today=lambda: DAY).close()

    aside = tmp_path / f"{DATABASE_FILE}.damaged-2026-11-27"
    assert aside.read_bytes() == b"first" * 1000
    assert Path(f"{aside}-2").read_bytes() == b"second" * 1000


def test_a_database_of_another_program_is_set_aside(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / DATABASE_FILE)
    other.execute("CREATE TABLE other (x)")
    other.close()

    with open_store(tmp_path, today=lambda: DAY) as store:
        assert len(store.notices) == 1


def test_a_newer_store_is_left_alone_and_told(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.write(*whole_meeting()).result(10)
    _set_version(tmp_path, "7")
    before = _dump(tmp_path)

    with pytest.raises(NewerStoreError, match="schema 7; this one reads up to 1") as e:
        open_store(tmp_path)

    assert e.value.exit_code is ExitCode.USAGE
    assert _dump(tmp_path) == before


def test_an_older_store_is_copied_aside_and_migrated(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.write(*whole_meeting()).result(10)

    opened = open_database(tmp_path, today=lambda: DAY, migrations=(_add_colour,))
    with opened.engine.connect() as connection:
        colours = connection.execute(text("SELECT colour FROM members")).all()
    opened.engine.dispose()

    copy = tmp_path / f"{DATABASE_FILE}.schema-1-2026-11-27"
    assert [colour for (colour,) in colours] == ["blue", "blue"]
    assert opened.notices == (
        f"the conversations on disk were updated; a copy from before is {copy}",
    )
    assert copy.stat().st_mode & 0o777 == 0o600
    copy.rename(tmp_path / DATABASE_FILE)
    with open_store(tmp_path) as store:
        assert store.messages(MEETING) == MESSAGES


def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.write(*whole_meeting()).result(10)

    with pytest.raises(StoreError):
        open_database(tmp_path, migrations=(_add_colour, _fail))

    with open_store(tmp_path) as store:
        assert store.messages(MEETING) == MESSAGES


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreError, match=r"cannot be kept in .*file.data"):
        open_store(tmp_path / "file" / "data")


@pytest.mark.skipif(not hasattr(os, "setuid") or os.getuid() != 0, reason="needs root")
@pytest.mark.parametrize("is_there", [True, False], ids=["with a store", "empty"])
def test_a_folder_that_cannot_be_written_is_told(
    tmp_path: Path, *, is_there: bool
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    if is_there:
        open_store(folder).close()
    for parent in (folder, *folder.parents):
        if parent.is_relative_to(Path("/tmp")) and parent != Path("/tmp"):
            parent.chmod(0o755)

    told = _python(OPEN, folder).communicate(timeout=30)[0]

    reason = "Permission denied"
    assert told == f"StoreError: conversations cannot be kept in {folder}: {reason}"


def test_a_full_disk_is_told_and_the_store_lives_on(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "1m") as folder, open_store(folder) as store:
        store.write(*whole_meeting()).result(10)
        filler = folder / "filler"
        filler.write_bytes(b"x" * 512_000)
        writes = [
            store.write(SaveMessage(message(str(number), "word " * 1000, 10 + number)))
            for number in range(200)
        ]
        wait(writes, 60)
        errors = {type(one.exception()) for one in writes}
        assert errors == {type(None), DiskFullError}
        assert store.messages(MEETING)[:2] == MESSAGES

        filler.unlink()
        store.write(SaveMessage(message("again", "There is room.", 900))).result(10)
        kept = {one.id for one in store.messages(MEETING)}

    acknowledged = {
        str(number) for number, one in enumerate(writes) if one.exception() is None
    }
    assert acknowledged | {"again"} <= kept


def _write_much(folder: Path) -> None:
    with open_store(folder) as store:
        store.write(SaveConversation(conversation()))
        store.write(
            *(SaveMessage(message(str(n), "word " * 300, n)) for n in range(200))
        ).result(30)


def _dump(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as connection:
        return list(connection.iterdump())


def _set_version(folder: Path, version: str) -> None:
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as connection, connection:
        connection.execute("UPDATE meta SET value = ?", (version,))


def _add_colour(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE members ADD colour TEXT DEFAULT 'blue'")


def _fail(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE nowhere ADD colour TEXT")


def _python(program: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
