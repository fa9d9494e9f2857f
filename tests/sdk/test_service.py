"""Whose server a program talks to, and with which credentials."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import symbl_cli as symbl
from symbl_cli.errors import AuthenticationError, UsageError
from tests.command_line import Home
from tests.sdk.programs import PAIR, serving

pytestmark = pytest.mark.usefixtures("elsewhere")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(Home(tmp_path_factory.mktemp("server"))) as url:
        yield url


@pytest.fixture
def elsewhere(server: str, at_home: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A named server is meant; no credentials are there yet."""
    at_home.setenv("SYMBL_API_URL", server)
    return at_home


def write_conf(folder: Path, **pair: str) -> None:
    lines = [f"{name}={value}" for name, value in pair.items()]
    folder.joinpath("symbl.conf").write_text("\n".join(["[credentials]", *lines]))


def members() -> list[object]:
    connection = symbl.Streaming.start_connection(speaker={"name": "Ann"})
    connection.stop()
    return [member.name for member in connection.conversation.get_members().members]


def test_credentials_may_be_given() -> None:
    connection = symbl.Streaming.start_connection(credentials=PAIR)
    connection.stop()

    name = connection.conversation.get_conversation_id()
    assert symbl.Conversations.get_messages(name, credentials=PAIR).messages == []


def test_credentials_may_stand_in_the_folder_as_the_vendor_had_it(
    tmp_path: Path,
) -> None:
    write_conf(tmp_path, **PAIR)

    assert members() == ["Ann"]


def test_variables_win_over_a_file(
    tmp_path: Path, elsewhere: pytest.MonkeyPatch
) -> None:
    write_conf(tmp_path, app_id="nobody", app_secret="nothing")
    elsewhere.setenv("SYMBL_APP_ID", PAIR["app_id"])
    elsewhere.setenv("SYMBL_APP_SECRET", PAIR["app_secret"])

    assert members() == ["Ann"]


def test_wrong_credentials_are_refused() -> None:
    wrong = {"app_id": "nobody", "app_secret": "nothing"}
    with pytest.raises(AuthenticationError):
        symbl.Streaming.start_connection(credentials=wrong)
    with pytest.raises(AuthenticationError):
        symbl.Conversations.get_messages("1234567890123456", credentials=wrong)


def test_a_server_needs_credentials() -> None:
    with pytest.raises(AuthenticationError, match="there are no credentials for"):
        symbl.Streaming.start_connection()


def test_a_malformed_file_is_said(tmp_path: Path) -> None:
    tmp_path.joinpath("symbl.conf").write_text("app_id=mine")

    with pytest.raises(UsageError, match=r"symbl\.conf cannot be read"):
        symbl.Streaming.start_connection()
