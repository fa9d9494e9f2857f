"""Which server the settings mean."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from symbl_cli.config.endpoint import is_loopback
from symbl_cli.config.places import Places
from symbl_cli.config.resolve import Configuration, load
from symbl_cli.config.settings import Engine
from symbl_cli.connect.choice import endpoint_for, engine_of
from symbl_cli.connect.launcher import LocalServer
from symbl_cli.connect.remote import RemoteServer
from symbl_cli.errors import AuthenticationError, UsageError

Loading = Callable[..., Configuration]


@pytest.fixture
def loading(tmp_path: Path) -> Loading:
    names = ("home", "config", "data", "state", "cache")
    places = Places(**{name: tmp_path / name for name in names})

    def run(
        text: str = "",
        environment: Mapping[str, str] | None = None,
        **flags: object,
    ) -> Configuration:
        (tmp_path / "config").mkdir()
        (tmp_path / "config" / "config.toml").write_text(text)
        return load(
            flags, environment=environment or {}, places=places, folder=tmp_path
        )

    return run


URL = 'api_url = "https://host"'


@pytest.mark.parametrize(
    ("text", "flags", "engine"),
    [
        ("", {}, Engine.LOCAL),
        (URL, {}, Engine.REMOTE),
        (URL, {"engine": "local"}, Engine.LOCAL),
        (f'{URL}\nengine = "local"', {}, Engine.LOCAL),
        ('engine = "local"', {"api_url": "https://host"}, Engine.REMOTE),
        (URL, {"engine": "remote"}, Engine.REMOTE),
        ('engine = "local"', {}, Engine.LOCAL),
    ],
)
def test_the_stronger_word_decides(
    loading: Loading, text: str, flags: Mapping[str, str], engine: Engine
) -> None:
    assert engine_of(loading(text, **flags)) is engine


def test_remote_without_a_server_is_a_mistake(loading: Loading) -> None:
    with pytest.raises(UsageError, match="engine is remote, but no server is named"):
        engine_of(loading(engine="remote"))


def test_two_flags_that_contradict_are_a_mistake(loading: Loading) -> None:
    with pytest.raises(UsageError, match="cannot both be meant"):
        engine_of(loading(engine="local", api_url="https://host"))


def test_this_computers_server_needs_no_credentials(loading: Loading) -> None:
    assert isinstance(endpoint_for(loading()), LocalServer)


def test_a_named_server_is_dialled_with_its_credentials(loading: Loading) -> None:
    server = endpoint_for(loading(URL, {"SYMBL_ACCESS_TOKEN": "ready"}))

    assert isinstance(server, RemoteServer)
    assert (server().http_url, server().token()) == ("https://host", "ready")


def test_a_named_server_without_credentials_is_said(loading: Loading) -> None:
    with pytest.raises(AuthenticationError) as caught:
        endpoint_for(loading(URL))

    assert caught.value.message == "there are no credentials for https://host"


@pytest.mark.parametrize("host", ["api.symbl.ai", "API.symbl.ai", "api-labs.symbl.ai"])
def test_the_vendors_service_is_said_to_be_switched_off(
    loading: Loading, host: str
) -> None:
    variables = {"SYMBL_API_URL": f"https://{host}", "SYMBL_ACCESS_TOKEN": "ready"}

    with pytest.raises(UsageError) as caught:
        endpoint_for(loading("", variables))

    assert caught.value.message == (
        f"{host.lower()} (SYMBL_API_URL) has been switched off"
    )
    assert caught.value.suggestion == (
        "remove it there to use this computer's own server"
    )


@pytest.mark.parametrize(
    ("url", "stays"),
    [
        ("http://127.0.0.1:1", True),
        ("ws://localhost", True),
        ("http://[::1]:80/x", True),
        ("http://127.1.2.3", True),
        ("http://127.0.0.1.evil.example", False),
        ("https://host", False),
        ("http://0.0.0.0", False),
        ("nonsense", False),
    ],
)
def test_what_stays_on_this_computer(url: str, *, stays: bool) -> None:
    assert is_loopback(url) is stays
