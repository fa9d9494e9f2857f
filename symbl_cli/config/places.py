"""Where things are kept on this computer, folder by folder [platformdirs]."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from ..frozen import dataclass
from ..private import make_folder

APP = "symbl"
CONFIG_FILE = "config.toml"
SECRETS_FILE = "secrets.toml"
PROJECT_FILE = "symbl.toml"
VENDOR_FILE = "symbl.conf"


@dataclass(frozen=True, slots=True)
class NoFolder:
    """A folder that is not to be had; *reason* says why, as a clause."""

    reason: str


Folder: TypeAlias = Path | NoFolder

_NO_HOME = NoFolder("there is no home folder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The folders of this user, whether they exist yet or not.

    Nothing is created here: `ready` does, for the folder that one is about to write.
    """

    home: Folder
    """Of the vendor's `symbl.conf`."""
    config: Folder
    data: Folder
    """Conversations, speech models, and how to find the server that keeps them."""
    state: Folder
    """What runs leave behind until they have ended well."""
    cache: Folder

    @property
    def models(self) -> Folder:
        return below(self.data, "models")

    @property
    def runs(self) -> Folder:
        return below(self.state, "runs")

    @property
    def user_file(self) -> Folder:
        return below(self.config, CONFIG_FILE)

    @property
    def secrets_file(self) -> Folder:
        return below(self.config, SECRETS_FILE)

    @property
    def vendor_file(self) -> Folder:
        return below(self.home, VENDOR_FILE)

    def named(self) -> Mapping[str, Folder]:
        """What `symbl config path` shows."""
        return {
            "config": self.user_file,
            "secrets": self.secrets_file,
            "data": self.data,
            "models": self.models,
            "runs": self.runs,
            "cache": self.cache,
        }


def find_places() -> Places:
    """Where this system keeps such things; XDG variables are honoured."""
    from platformdirs import PlatformDirs

    dirs = PlatformDirs(APP, appauthor=False)
    return Places(
        home=_found(lambda: os.path.expanduser("~")),  # noqa: PTH111 - it never raises
        config=_found(lambda: dirs.user_config_dir),
        data=_found(lambda: dirs.user_data_dir),
        state=_found(lambda: dirs.user_state_dir),
        cache=_found(lambda: dirs.user_cache_dir),
    )


def below(folder: Folder, name: str) -> Folder:
    """*name* in *folder*, if there is one."""
    match folder:
        case NoFolder():
            return folder
        case _:
            return folder / name


def ready(folder: Folder) -> Folder:
    """*folder*, made if need be (0700) and found writable; else why it is not."""
    match folder:
        case NoFolder():
            return folder
        case _:
            return _made(folder)


def _found(ask: Callable[[], str]) -> Folder:
    """Without a home folder platformdirs raises; older ones leave the `~` in it."""
    try:
        folder = Path(ask())
    except RuntimeError:
        return _NO_HOME
    return folder if folder.is_absolute() else _NO_HOME


def _made(folder: Path) -> Folder:
    try:
        make_folder(folder, exist_ok=True)
    except OSError as exc:
        return NoFolder(f"{folder} cannot be made: {exc.strerror}")
    if not os.access(folder, os.W_OK | os.X_OK):
        return NoFolder(f"{folder} cannot be written")
    return folder
