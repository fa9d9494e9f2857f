"""A folder that somebody else made takes nothing away from whoever works in it."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from symbl_cli.config.places import find_places
from symbl_cli.config.resolve import load
from symbl_cli.config.settings import SETTINGS, Source
from symbl_cli.errors import UsageError
from tests.cli.expected import DEMO
from tests.command_line import Home
from tests.scripted_speech import speech

SAID = "The van is late."
TALK = speech(SAID)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("home"))
    with home.scripted_server():
        yield home


@pytest.fixture
def own_home(tmp_path: Path) -> Home:
    """A home that no other test sees."""
    return Home(tmp_path)


@pytest.fixture
def elsewhere() -> Iterator[socket.socket]:
    """Where the folder wants everything to go; nobody may come."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        yield listener
        with pytest.raises(BlockingIOError):
            listener.accept()


def _settings(port: int, folder: Path) -> dict[str, str]:
    return {
        "api_url": f'api_url = "ws://127.0.0.1:{port}"',
        "engine": 'engine = "remote"',
        "app_id": 'app_id = "an-id"',
        "hook": f"on = ['transcript=touch {folder / 'hooked'}']",
        "webhook": f'webhook = "http://127.0.0.1:{port}/"',
        "output": f'jsonl = "{folder / "taken.jsonl"}"',
        "save_dir": f'save_dir = "{folder}"',
        "save_audio": f'save_audio = "{folder / "taken.wav"}"',
        "in a profile": f'[profiles.default]\napi_url = "ws://127.0.0.1:{port}"',
    }


@pytest.mark.parametrize("name", list(_settings(1, Path())))
def test_a_symbl_toml_redirects_nothing(
    home: Home, elsewhere: socket.socket, tmp_path: Path, name: str
) -> None:
    port = elsewhere.getsockname()[1]
    (tmp_path / "symbl.toml").write_text(f"{_settings(port, tmp_path)[name]}\n")

    ran = home.run("stream", "-", "--no-store", sound=TALK, cwd=tmp_path)

    # Whether it is passed over or refused, it is said, and nothing went there.
    assert [path.name for path in tmp_path.iterdir()] == ["symbl.toml"]
    assert ran.code == 2 or SAID in ran.stdout
    assert "symbl.toml" in ran.stderr


MAY = {
    "language": '"en-GB"',  # of what is said in this folder
    "timezone": '"Europe/Berlin"',
    "speaker": '["Ann"]',
    "title": '"Weekly"',
    "insights": '"none"',
    "confidence_threshold": "0.9",
    "sentiment": "true",
    "entities": "true",
    "vocab": '["Jenkins"]',
    "live": "false",  # what a terminal looks like
    "color": '"never"',
    "redact": "true",
    "store": "false",
}
MAY_NOT = {
    "api_url": '"https://evil.example"',  # everything would go there
    "engine": '"remote"',
    "profile": '"work"',
    "app_id": '"an-id"',
    "secret_in": '"file"',
    "device": '"system"',  # another microphone than is meant
    "spool_limit": '"0"',  # what waits for a server would be lost
    "keep": '"1s"',  # what is kept would be deleted
    "save_dir": '"/tmp"',
    "redact": "false",  # less strict than its user may be
    "store": "true",
}


def _loaded(folder: Path, name: str, value: str) -> Source:
    """Where setting *name* comes from in a folder whose file says *value*."""
    (folder / "symbl.toml").write_text(f"{name} = {value}\n")
    environment = {"HOME": str(folder)}
    loaded = load({}, environment=environment, places=find_places(), folder=folder)
    return loaded.origins[name].source


def test_of_every_setting_it_is_decided_whether_a_folder_may_have_it() -> None:
    assert {*MAY, *MAY_NOT} == set(SETTINGS)
    assert {*MAY} & {*MAY_NOT} == {"redact", "store"}


@pytest.mark.parametrize("name", MAY)
def test_a_folder_may_have_it(tmp_path: Path, name: str) -> None:
    assert _loaded(tmp_path, name, MAY[name]) is Source.PROJECT


@pytest.mark.parametrize("name", MAY_NOT)
def test_a_folder_may_not_have_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        _loaded(tmp_path, name, MAY_NOT[name])

    assert f"symbl.toml may not set {name!r}" in caught.value.message
    assert "remove it there; " in caught.value.suggestion
    assert f"`symbl config set {name} " in caught.value.suggestion


@pytest.mark.parametrize(
    "line", ["redact = false", "store = true", 'redact = "off"', 'device = ["system"]']
)
def test_a_folder_makes_nothing_less_strict(
    own_home: Home, tmp_path: Path, line: str
) -> None:
    for setting in (("redact", "true"), ("store", "false")):
        assert own_home.run("config", "set", *setting).code == 0
    cloned = tmp_path / "cloned"
    cloned.mkdir()
    (cloned / "symbl.toml").write_text(f"{line}\n")

    ran = own_home.run("stream", "-", sound=TALK, cwd=cloned)

    assert (ran.code, ran.stdout) == (2, "")
    assert "symbl.toml may not set" in ran.stderr


def test_a_symbl_conf_redirects_nothing(
    home: Home, elsewhere: socket.socket, tmp_path: Path
) -> None:
    port = elsewhere.getsockname()[1]
    (tmp_path / "symbl.conf").write_text(
        "[credentials]\napp_id=an-id\napp_secret=a-secret\n"
        f"[api]\napi_url=ws://127.0.0.1:{port}\n"
        f"api_base_path=http://127.0.0.1:{port}\n"
    )

    ran = home.run("stream", "-", "--no-store", sound=TALK, cwd=tmp_path)

    assert ran.code == 0
    assert SAID in ran.stdout


LIES = ("websocket", "symbl_cli", "click", "json", "uvicorn", "sqlalchemy")


@pytest.fixture
def lying(tmp_path: Path) -> Path:
    """A folder with modules that end whatever imports them."""
    folder = tmp_path / "lying"
    folder.mkdir()
    for name in LIES:
        (folder / f"{name}.py").write_text("raise SystemExit('taken over')\n")
    return folder


def test_a_module_that_lies_about_is_not_run(own_home: Home, lying: Path) -> None:
    """Neither by a run, nor by the server and the recogniser that it starts."""
    talk = f"{DEMO.sound} --duration 8"
    try:
        ran = own_home.shell(f"cd {lying} && {_symbl()} stream {talk} --no-live -v")
    finally:
        own_home.end_server()

    assert ran.code == 0, ran.stderr
    assert "Today we plan the opening of our library." in ran.stdout
    assert "taken over" not in ran.stderr + ran.stdout


def test_a_server_in_the_foreground_runs_no_module_that_lies_about(
    own_home: Home, lying: Path
) -> None:
    command = [_symbl(), "serve", "--recognizer", "scripted"]
    with subprocess.Popen(
        command, cwd=lying, env=own_home.environment(), stderr=subprocess.PIPE
    ) as server:
        assert server.stderr is not None
        said = server.stderr.readline().decode()
        try:
            ran = own_home.run("stream", "-", "--no-store", sound=TALK)
        finally:
            server.terminate()
            said += server.stderr.read().decode()

    assert ran.code == 0, ran.stderr
    assert SAID in ran.stdout
    assert "taken over" not in said + ran.stderr


def _symbl() -> str:
    """As it is installed: a program on PATH, for which no folder is in the way."""
    return str(Path(sys.executable).with_name("symbl"))
