"""Where things are kept, and what is said where they cannot be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from symbl_cli.config.files import editing, read_toml
from symbl_cli.config.places import NoFolder, find_places, ready
from symbl_cli.errors import OutputError, UsageError


@pytest.mark.skipif(sys.platform != "linux", reason="XDG folders")
def test_the_folders_are_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "elsewhere"))
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)

    places = find_places()

    assert (places.data, places.models) == (
        tmp_path / "elsewhere" / "symbl",
        tmp_path / "elsewhere" / "symbl" / "models",
    )
    assert places.user_file == tmp_path / ".config" / "symbl" / "config.toml"
    assert places.vendor_file == tmp_path / "symbl.conf"
    assert places.runs == tmp_path / ".local" / "state" / "symbl" / "runs"


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="becomes a stranger"
)
def test_without_a_home_folder_there_is_no_folder_and_no_crash() -> None:
    script = (
        "import os, platformdirs.unix\n"
        "from symbl_cli.config.places import *\n"
        "os.setuid(54321)\n"
        "print(ready(find_places().data), find_places().vendor_file)"
    )

    run = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    no_home = "NoFolder(reason='there is no home folder')"
    assert (run.stdout, run.stderr) == (f"{no_home} {no_home}\n", "")


def test_a_folder_is_made_for_its_user_alone(tmp_path: Path) -> None:
    folder = ready(tmp_path / "a" / "b")

    assert folder == tmp_path / "a" / "b"
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert ready(tmp_path / "file" / "data") == NoFolder(
        f"{tmp_path / 'file' / 'data'} cannot be made: Not a directory"
    )


def test_a_changed_file_keeps_its_comments_and_is_private(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"
    file.parent.mkdir()
    file.write_text("# mine\nlive = false  # for the screen reader\n")

    with editing(file) as document:
        document["language"] = "en-GB"

    assert file.read_text() == (
        '# mine\nlive = false  # for the screen reader\nlanguage = "en-GB"\n'
    )
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_a_link_to_a_file_stays_one(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    real = tmp_path / "dotfiles" / "symbl.toml"
    real.touch()
    link = tmp_path / "config.toml"
    link.symlink_to(real)

    with editing(link) as document:
        document["live"] = False

    assert link.is_symlink()
    assert real.read_text() == "live = false\n"


def test_a_file_that_is_not_right_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("live = yes")

    with pytest.raises(UsageError, match="not valid TOML"), editing(file) as document:
        document["live"] = True

    assert file.read_text() == "live = yes"


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    file = tmp_path / "file" / "config.toml"

    with pytest.raises(OutputError) as caught, editing(file) as document:
        document["live"] = True

    assert caught.value.message == (
        f"{file} cannot be written: {file.parent} cannot be made: File exists"
    )


def test_without_a_folder_nothing_is_read_and_nothing_saved() -> None:
    nowhere = NoFolder("there is no home folder")

    assert read_toml(nowhere) == {}
    with (
        pytest.raises(OutputError, match="cannot be saved: there is no home folder"),
        editing(nowhere),
    ):
        pass
