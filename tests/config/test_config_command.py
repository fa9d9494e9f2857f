"""`symbl config`, as a person and as a script uses it."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from symbl_cli.cli.config import config
from symbl_cli.cli.options import Reporting
from symbl_cli.errors import NotFoundError, OutputError, UsageError

PATIENCE = 20.0


@dataclass(frozen=True)
class User:
    """Somebody with a home folder of their own."""

    home: Path
    environment: dict[str, str]

    @property
    def file(self) -> Path:
        return self.home / "config" / "symbl" / "config.toml"

    @property
    def secrets(self) -> Path:
        return self.home / "config" / "symbl" / "secrets.toml"

    @property
    def vendor(self) -> Path:
        return self.home / "symbl.conf"

    def run(self, *arguments: str, stdin: str = "", **variables: str) -> Result:
        return CliRunner().invoke(
            config,
            arguments,
            input=stdin,
            env={**self.environment, **variables},
            obj=Reporting(),
        )

    def said(self, *arguments: str, stdin: str = "", **variables: str) -> str:
        """stdout of what has to go well."""
        result = self.run(*arguments, stdin=stdin, **variables)
        if result.exception is not None:
            raise result.exception
        return result.stdout


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> User:
    if sys.platform != "linux":
        pytest.skip("sets the folders by XDG variables")
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SYMBL_")]:
        monkeypatch.delenv(name)
    folders = {
        f"XDG_{kind.upper()}_HOME": str(tmp_path / kind)
        for kind in ("config", "data", "state", "cache")
    }
    return User(tmp_path, {"HOME": str(tmp_path), **folders})


def test_what_was_set_is_got(user: User) -> None:
    user.said("set", "insights", "topic,question")
    user.said("set", "language", "en-GB")
    user.said("set", "keep", "90d")

    assert user.said("get", "insights") == "question,topic\n"
    assert user.said("get", "keep") == "90d\n"
    assert json.loads(user.said("get", "insights", "--json")) == {
        "name": "insights",
        "value": ["question", "topic"],
    }


def test_what_was_unset_is_the_default_again(user: User) -> None:
    user.said("set", "language", "en-GB")

    user.said("unset", "language")

    assert user.said("get", "language") == "en-US\n"
    assert "language was not set" in user.run("unset", "language").stderr


@pytest.mark.parametrize("command", ["get", "unset"])
def test_an_unknown_setting_is_named_with_the_nearest(user: User, command: str) -> None:
    error = user.run(command, "langage").exception

    assert isinstance(error, NotFoundError)
    assert error.message == "there is no setting 'langage'; did you mean 'language'?"


def test_a_profile_has_settings_of_its_own(user: User) -> None:
    user.said("set", "language", "de-DE", "--profile", "work")

    assert user.said("get", "language") == "en-US\n"
    assert user.said("get", "language", "--profile", "work") == "de-DE\n"


def test_the_list_says_where_each_value_comes_from(user: User) -> None:
    user.said("set", "language", "en-GB")

    rows = json.loads(
        user.said("list", "--show-origin", "--json", SYMBL_API_URL="https://host")
    )

    by_name = {row["name"]: row for row in rows}
    assert by_name["language"] == {
        "name": "language",
        "value": "en-GB",
        "origin": "user",
        "where": str(user.file),
    }
    assert by_name["api_url"]["where"] == "SYMBL_API_URL"
    assert by_name["live"] == {
        "name": "live",
        "value": True,
        "origin": "default",
        "where": "",
    }


def test_the_list_has_the_columns_that_were_asked_for(user: User) -> None:
    lines = user.said("list", "--fields", "value,name").splitlines()

    assert ["en-US", "language"] in [line.split() for line in lines]
    assert "no colour" in user.run("list", "--fields", "colour").stderr


def test_no_command_shows_a_secret(user: User) -> None:
    user.vendor.write_text("[credentials]\napp_id=theirs\napp_secret=hush\n")
    with_vendor = user.said("list", "--show-origin")
    user.said(
        *("init", "--api-url", "https://host", "--app-id", "ours"),
        "--app-secret-stdin",
        stdin="hush\n",
    )
    with_file = user.said("list", "--show-origin")
    with_token = user.said("list", "--show-origin", SYMBL_ACCESS_TOKEN="hush")

    shown = (with_vendor, with_file, with_token)
    assert not any("hush" in text for text in shown)
    assert [text.splitlines()[-1].split() for text in shown] == [
        ["app_secret", "(set)", "vendor", str(user.vendor)],
        ["app_secret", "(set)", "user", str(user.secrets)],
        ["access_token", "(set)", "environment", "SYMBL_ACCESS_TOKEN"],
    ]


def test_the_places_are_named(user: User) -> None:
    assert user.said("path", "config") == f"{user.file}\n"
    models = {"name": "models", "path": str(user.home / "data" / "symbl" / "models")}
    assert models in json.loads(user.said("path", "--json"))


def test_a_damaged_file_hinders_no_question_where_it_is(user: User) -> None:
    user.file.parent.mkdir(parents=True)
    user.file.write_text("live = yes")

    assert isinstance(user.run("list").exception, UsageError)
    assert user.said("path", "config") == f"{user.file}\n"


def test_settings_that_cannot_be_written_are_said(user: User) -> None:
    (user.home / "config").touch()

    error = user.run("set", "language", "en-GB").exception

    assert isinstance(error, OutputError)
    assert str(user.file) in error.message


@pytest.mark.parametrize(
    "arguments",
    [
        ("set", "api_url", "https://api.symbl.ai"),
        ("init", "--api-url", "wss://api.symbl.ai"),
    ],
)
def test_the_vendors_service_is_answered(user: User, arguments: Sequence[str]) -> None:
    error = user.run(*arguments).exception

    assert isinstance(error, UsageError)
    assert error.message == "api.symbl.ai (the new value) has been switched off"


def test_an_old_address_can_be_seen_and_removed(user: User) -> None:
    user.file.parent.mkdir(parents=True)
    user.file.write_text('api_url = "https://api.symbl.ai"\n')

    assert user.said("get", "api_url") == "https://api.symbl.ai\n"
    user.said("unset", "api_url")

    assert user.file.read_text() == ""


def test_a_server_is_set_up_by_flags_alone(user: User) -> None:
    (user.home / "secret").write_text("hush\n")

    result = user.run(
        *("init", "--api-url", "https://host", "--app-id", "ours"),
        *("--app-secret-file", str(user.home / "secret"), "--profile", "work"),
    )

    assert (result.exception, result.stdout) == (None, "")
    assert user.file.read_text() == (
        '[profiles.work]\napi_url = "https://host"\napp_id = "ours"\n'
        'secret_in = "file"\n'
    )
    assert user.secrets.read_text() == '[profiles.work]\napp_secret = "hush"\n'
    assert user.secrets.stat().st_mode & 0o777 == 0o600
    assert "hush" not in result.stderr


def test_a_stored_secret_is_removed_by_name(user: User) -> None:
    user.said(
        *("init", "--api-url", "https://host", "--app-id", "ours"),
        "--app-secret-stdin",
        stdin="hush",
    )

    user.said("unset", "app_secret")

    assert user.secrets.read_text() == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--engine", "remote"), "no server is named"),
        (("--engine", "local", "--api-url", "https://x"), "has no use for a server's"),
        (("--api-url", "nonsense"), "api_url must be a URL"),
        (("--api-url", "https://x", "--app-id", "a", "--app-secret-stdin"), "is empty"),
        (
            ("--api-url", "https://x", "--app-id", "a", "--app-secret-file", "/none"),
            "/none cannot be read: No such file or directory",
        ),
        (("--language", "english!"), "language must be a language such as en-US"),
    ],
)
def test_flags_that_make_no_sense_change_nothing(
    user: User, arguments: Sequence[str], message: str
) -> None:
    error = user.run("init", *arguments).exception

    assert isinstance(error, UsageError)
    assert message in error.message
    assert not user.file.exists()


def test_a_secret_without_an_id_is_a_mistake(user: User) -> None:
    error = user.run(
        "init", "--api-url", "https://x", "--app-secret-stdin", stdin="hush"
    ).exception

    assert isinstance(error, UsageError)
    assert error.message == "there is an app secret but no app id"


def test_without_a_terminal_nothing_is_asked(user: User) -> None:
    user.file.parent.mkdir(parents=True)
    user.file.write_text('api_url = "https://old"\ndevice = "Jabra"\n')

    result = user.run("init", stdin="s\nhttps://evil\n")

    assert (result.exception, result.stdout) == (None, "")
    assert user.file.read_text() == 'device = "Jabra"\n'


def test_the_vendors_file_is_moved(user: User) -> None:
    user.vendor.write_text("[credentials]\napp_id=theirs\napp_secret=hush # mine\n")

    user.said("init", "--api-url", "https://host", "--move-symbl-conf")

    assert not user.vendor.exists()
    assert user.said("get", "app_id") == "theirs\n"
    assert user.secrets.read_text() == 'app_secret = "hush"\n'


def test_a_vendors_file_without_a_pair_cannot_be_moved(user: User) -> None:
    error = user.run("init", "--api-url", "https://host", "--move-symbl-conf").exception

    assert isinstance(error, NotFoundError)


ON_A_TERMINAL = """
import pty, sys
sys.exit(pty.spawn([sys.executable, "-c", "from symbl_cli.cli.config import config; \
from symbl_cli.cli.options import Reporting; import sys; \
sys.modules['keyring'] = None; config(['init'], obj=Reporting())"]))
"""


def converse(user: User, answers: Sequence[tuple[str, str]]) -> str:
    """Answer each question when it is asked; everything that was shown."""
    shown = ""
    with subprocess.Popen(
        [sys.executable, "-c", ON_A_TERMINAL],
        env={**os.environ, **user.environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        for question, answer in answers:
            asked = len(shown)
            while question not in shown[asked:]:
                readable, _, _ = select.select([process.stdout], [], [], PATIENCE)
                assert readable, shown
                piece = os.read(process.stdout.fileno(), 4096)
                assert piece, shown
                shown += piece.decode()
            process.stdin.write(f"{answer}\n".encode())
            process.stdin.flush()
        shown += process.stdout.read().decode()
        assert process.wait(PATIENCE) == 0, shown
    return shown


def test_on_this_computer_only_microphone_and_language_are_asked(user: User) -> None:
    converse(user, [("Where is", ""), ("Microphone", "Jabra"), ("Language", "en-GB")])

    assert user.file.read_text() == 'device = ["Jabra"]\nlanguage = "en-GB"\n'


def test_a_servers_keys_are_asked_and_the_secret_is_not_echoed(user: User) -> None:
    shown = converse(
        user,
        [
            ("Where is", "s"),
            ("URL", "https://host"),
            ("App id", "ours"),
            ("App secret", "hush"),
        ],
    )

    assert "hush" not in shown
    assert user.said("get", "app_id") == "ours\n"
    assert user.secrets.read_text() == 'app_secret = "hush"\n'


def test_the_vendors_file_is_offered(user: User) -> None:
    user.vendor.write_text("[credentials]\napp_id=theirs\napp_secret=hush\n")

    converse(user, [("Where is", "s"), ("URL", "https://host"), ("Take over", "y")])

    assert not user.vendor.exists()
    assert user.said("get", "app_id") == "theirs\n"
