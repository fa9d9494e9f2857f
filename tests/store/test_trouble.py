"""The store in trouble (each fault is made for real)."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection

from symbl_cli.errors import DiskFullError, ExitCode, NewerStoreError, StoreError
from symbl_cli.server.store.changes import SaveConversation, SaveMessage
from symbl_cli.server.store.opening import DATABASE_FILE, open_database
from symbl_cli.server.store.schema import MIGRATIONS
from symbl_cli.server.store.store import open_store
from tests.small_disk import small_disk

from .samples import MEETING, MESSAGES, TENANT, conversation, message, whole_meeting

DAY = date(2026, 11, 27)
ROOT = Path(__file__).parents[2]
FIRST = ROOT / "tests" / "fixtures" / "store-schema-1.db"

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
    ("content", "why"),
    [
        pytest.param(b"this is no database" * 1000, "it is no database", id="garbage"),
        pytest.param(
            b"SQLite format 3\0" + b"\0" * 4080, "it is no database", id="empty header"
        ),
        pytest.param(b"", "the file was empty", id="empty"),
    ],
)
def test_a_damaged_store_is_set_aside_and_a_new_one_begun(
    tmp_path: Path, content: bytes, why: str
) -> None:
    (tmp_path / DATABASE_FILE).write_bytes(content)

    with open_store(tmp_path, today=lambda: DAY) as store:
        store.write(*whole_meeting()).result(10)

        aside = tmp_path / f"{DATABASE_FILE}.damaged-2026-11-27"
        (notice,) = store.notices
        assert notice.startswith(
            f"the conversations on disk were damaged ({why}): they are now in {aside}, "
            "and a new store was begun; "
        )
        assert aside.read_bytes() == content
        assert store.messages(MEETING) == MESSAGES


def test_a_pipe_in_the_place_of_the_mark_holds_nobody_up(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    pipe = tmp_path / f"{DATABASE_FILE}.closed"
    pipe.unlink()
    os.mkfifo(pipe)

    with ThreadPoolExecutor(1) as pool:
        opened = pool.submit(lambda: open_store(tmp_path).close())
        try:
            opened.result(20)
        finally:
            if pipe.is_fifo():  # who hangs there is to hang no more
                os.close(os.open(pipe, os.O_RDWR))


def test_a_folder_in_the_place_of_the_store_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / DATABASE_FILE / "precious").mkdir(parents=True)

    with open_store(tmp_path, today=lambda: DAY) as store:
        store.write(*whole_meeting()).result(10)

        aside = tmp_path / f"{DATABASE_FILE}.damaged-2026-11-27"
        assert len(store.notices) == 1
        assert (aside / "precious").is_dir()
        assert store.messages(MEETING) == MESSAGES


def test_a_store_that_was_closed_well_is_not_checked_again(tmp_path: Path) -> None:
    _write_much(tmp_path)
    database = tmp_path / DATABASE_FILE
    before = database.stat()
    _damage_middle(database)
    os.utime(database, ns=(before.st_atime_ns, before.st_mtime_ns))

    open_store(tmp_path).close()

    assert list(tmp_path.glob("*.damaged-*")) == []


def test_damage_that_is_met_while_running_is_looked_for_at_the_next_start(
    tmp_path: Path,
) -> None:
    _write_much(tmp_path)
    database = tmp_path / DATABASE_FILE
    with open_store(tmp_path, today=lambda: DAY) as store:
        database.write_bytes(b"x" * database.stat().st_size)
        with pytest.raises(StoreError, match="are damaged"):
            store.messages(MEETING)

    with open_store(tmp_path, today=lambda: DAY) as store:
        assert len(store.notices) == 1


def test_a_store_that_cannot_be_begun_leaves_nothing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "16k") as folder:
        with pytest.raises(DiskFullError, match="no space left"):
            open_store(folder)

        assert list(folder.iterdir()) == []


def test_damage_in_the_middle_is_found_at_the_next_start(tmp_path: Path) -> None:
    _write_much(tmp_path)
    _damage_middle(tmp_path / DATABASE_FILE)

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

    with pytest.raises(NewerStoreError, match="schema 7; this one reads up to 2") as e:
        open_store(tmp_path)

    assert e.value.exit_code is ExitCode.USAGE
    assert _dump(tmp_path) == before


def test_a_store_of_the_first_schema_is_copied_aside_and_migrated(
    tmp_path: Path,
) -> None:
    first = _first_store(tmp_path)
    before = _dump(tmp_path)

    opened = open_database(tmp_path, today=lambda: DAY)
    opened.engine.dispose()

    copy = tmp_path / f"{DATABASE_FILE}.schema-1-2026-11-27"
    (notice,) = opened.notices
    assert notice == (
        "the conversations on disk were brought up to date; a copy from before is "
        f"{copy}: delete it when all is well"
    )
    assert copy.stat().st_mode & 0o777 == 0o600
    assert _dump(tmp_path, copy.name) == before
    assert _rows(first) == _rows(copy)
    new = tmp_path / "new"
    open_store(new).close()
    assert _schema(first) == _schema(new / DATABASE_FILE)


def test_a_migrated_store_is_said_once(tmp_path: Path) -> None:
    _first_store(tmp_path)

    told = []
    for _ in range(2):
        with open_store(tmp_path, today=lambda: DAY) as store:
            told.append(len(store.notices))

    assert told == [1, 0]


def test_a_migration_that_fails_half_way_leaves_the_store_as_it_was(
    tmp_path: Path,
) -> None:
    _first_store(tmp_path)
    before = _dump(tmp_path)
    migrations = (*MIGRATIONS, _add_colour, _fail)

    with pytest.raises(StoreError, match="no such table: nowhere"):
        open_database(tmp_path, migrations=migrations)

    assert _dump(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == [DATABASE_FILE]


@pytest.mark.parametrize("room", [100, 12], ids=["for the copy", "for the migration"])
def test_a_migration_that_a_full_disk_stops_leaves_the_store_as_it_was(
    tmp_path: Path, room: int
) -> None:
    with small_disk(tmp_path / "small", "1m") as folder:
        _first_store(folder)
        before = _dump(folder)
        spare = room * 1024 if room > 50 else _size(folder) + room * 1024
        _fill(folder, spare)

        with pytest.raises(DiskFullError, match="no space left"):
            open_store(folder)

        assert _dump(folder) == before
        names = {path.name for path in folder.iterdir()}
        assert names == {DATABASE_FILE, "filler"}


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


def _first_store(folder: Path) -> Path:
    """A store as the first version of symbl wrote it."""
    return Path(shutil.copy(FIRST, folder / DATABASE_FILE))


def _damage_middle(database: Path) -> None:
    with database.open("r+b") as file:
        file.seek(database.stat().st_size // 2)
        file.write(os.urandom(8192))


def _size(folder: Path) -> int:
    return (folder / DATABASE_FILE).stat().st_size


def _fill(folder: Path, spare: int) -> None:
    free = shutil.disk_usage(folder).free
    (folder / "filler").write_bytes(bytes(free - spare))


def _dump(folder: Path, name: str = DATABASE_FILE) -> list[str]:
    with closing(sqlite3.connect(folder / name)) as connection:
        return list(connection.iterdump())


def _schema(database: Path) -> dict[str, str]:
    """What makes each table and index, however it is laid out."""
    with closing(sqlite3.connect(database)) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master").fetchall()
    return {name: " ".join((sql or "").split()) for name, sql in found}


def _rows(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """Of every table of ours, but for the version."""
    names = ("conversations", "members", "messages", "findings", "marks", "streams")
    with closing(sqlite3.connect(database)) as connection:
        return {
            name: connection.execute(f"SELECT * FROM {name}").fetchall()
            for name in names
        }


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
