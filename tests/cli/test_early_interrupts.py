"""Ctrl-C while a command is still being loaded, and when it is over already."""

import signal
from pathlib import Path

import pytest

from tests.command_line import Home
from tests.hidden_modules import hiding

_WHILE_LOADING = """
    import os, signal, sys
    class Interrupting:
        def find_spec(self, name, path=None, target=None):
            if name == {module!r}:
                os.kill(os.getpid(), signal.SIGINT)
    sys.meta_path.insert(0, Interrupting())
"""
_IN_A_CALLBACK = """
    import os, signal, sys, weakref
    class Interrupting:
        def __del__(self):
            os.kill(os.getpid(), signal.SIGINT)
            for _ in range(1000): pass
        def find_spec(self, name, path=None, target=None):
            if name == "click":
                sys.meta_path.remove(self)
    sys.meta_path.insert(0, Interrupting())
"""
_AT_THE_END = """
    import atexit, os, signal
    atexit.register(os.kill, os.getpid(), signal.SIGINT)
"""


@pytest.mark.parametrize(
    "module",
    [
        "symbl_cli.collection",
        "click",
        "symbl_cli.cli.serve",
        "symbl_cli.own_stderr",
        "symbl_cli.config.listing",
    ],
)
def test_ctrl_c_while_a_command_is_loaded_ends_it_quietly(
    own_home: Home, tmp_path: Path, module: str
) -> None:
    pressing = hiding(tmp_path, more=_WHILE_LOADING.format(module=module))

    ran = own_home.run("config", "list", environment=pressing)

    assert (ran.code, ran.stdout, ran.stderr) == (130, "", "")


def test_ctrl_c_where_python_would_only_tell_of_it_ends_a_command_too(
    own_home: Home, tmp_path: Path
) -> None:
    pressing = hiding(tmp_path, more=_IN_A_CALLBACK)

    ran = own_home.run("config", "list", environment=pressing)

    assert (ran.code, ran.stdout, ran.stderr) == (130, "", "")


def test_ctrl_c_after_the_last_word_leaves_no_traceback(
    own_home: Home, tmp_path: Path
) -> None:
    pressing = hiding(tmp_path, more=_AT_THE_END)

    ran = own_home.run("config", "list", "--json", environment=pressing)

    assert (ran.code, ran.stderr) == (130, "")
    assert ran.stdout


def test_where_ctrl_c_is_ignored_it_stays_so(own_home: Home, tmp_path: Path) -> None:
    """As in what a shell script runs in the background."""
    pressing = hiding(tmp_path, more=_WHILE_LOADING.format(module="click"))

    ran = own_home.run(
        *("config", "list"),
        environment=pressing,
        before=_ignore,
    )

    assert (ran.code, ran.stderr) == (0, "")


def _ignore() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
