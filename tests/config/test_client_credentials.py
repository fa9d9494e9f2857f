"""Whose secret goes where, and that none is shown."""

import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

import pytest

from symbl_cli.config import secrets
from symbl_cli.config.credentials import AccessToken, AppCredentials, find_credentials
from symbl_cli.config.places import Places
from symbl_cli.config.resolve import load
from symbl_cli.config.secrets import (
    Secret,
    forget_secret,
    read_secret,
    write_secret,
)
from symbl_cli.config.settings import Origin, SecretStore, Source
from symbl_cli.config.vendor import VendorCredentials, read_vendor_file
from symbl_cli.errors import AuthenticationError, MissingError, UsageError

Found = tuple[str, str, str]
Finding = Callable[..., Found | None]


class FakeKeyring(ModuleType):
    """The two or three words that we speak with a keyring."""

    def __init__(self) -> None:
        super().__init__("keyring")
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, account: str) -> str | None:
        return self.kept.get((service, account))

    def set_password(self, service: str, account: str, secret: str) -> None:
        self.kept[service, account] = secret

    def delete_password(self, service: str, account: str) -> None:
        del self.kept[service, account]


class BrokenKeyring(FakeKeyring):
    def get_password(self, service: str, account: str) -> str | None:
        raise RuntimeError("no D-Bus here")

    def set_password(self, service: str, account: str, secret: str) -> None:
        raise RuntimeError("no D-Bus here")


class LockedKeyring(FakeKeyring):
    """Waits for a person to type a password."""

    def __init__(self) -> None:
        super().__init__()
        self.typed = threading.Event()

    def get_password(self, service: str, account: str) -> str | None:
        self.typed.wait(60)
        return None


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> FakeKeyring:
    fake = FakeKeyring()
    monkeypatch.setitem(sys.modules, "keyring", fake)
    return fake


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)


@pytest.fixture
def finding(places: Places, project: Path) -> Finding:
    """App id, secret (or token alone) and where they came from."""

    def find(environment: Mapping[str, str], **flags: object) -> Found | None:
        configuration = load(
            flags, environment=environment, places=places, folder=project
        )
        match find_credentials(configuration):
            case AppCredentials(app_id, read, origin):
                return app_id, read().reveal(), origin.where
            case AccessToken(token, origin):
                return "", token.reveal(), origin.where
            case None:
                return None

    return find


def write_vendor_file(places: Places, text: str) -> Path:
    file = places.vendor_file
    assert isinstance(file, Path)
    file.write_text(text)
    return file


def test_without_any_there_are_none(finding: Finding) -> None:
    assert finding({}) is None


def test_the_pair_of_the_environment(finding: Finding) -> None:
    pair = {"SYMBL_APP_ID": "an-app", "SYMBL_APP_SECRET": "a secret"}

    assert finding(pair) == ("an-app", "a secret", "SYMBL_APP_ID")


def test_a_ready_token_comes_before_a_pair(finding: Finding) -> None:
    variables = {
        "SYMBL_APP_ID": "an-app",
        "SYMBL_APP_SECRET": "a secret",
        "SYMBL_ACCESS_TOKEN": "a token",
    }

    assert finding(variables) == ("", "a token", "SYMBL_ACCESS_TOKEN")


@pytest.mark.usefixtures("no_keyring")
def test_the_secret_of_a_profile_is_its_own(
    finding: Finding, places: Places, user_file: Path
) -> None:
    user_file.write_text('app_id = "one"\n[profiles.work]\napp_id = "two"\n')
    write_secret(None, Secret("first"), places)
    write_secret("work", Secret("second"), places)

    assert finding({}) == ("one", "first", str(user_file))
    assert finding({"SYMBL_PROFILE": "work"}) == (
        "two",
        "second",
        f"{user_file} [profiles.work]",
    )


@pytest.mark.usefixtures("no_keyring")
def test_an_id_above_the_profiles_has_its_secret_there_too(
    finding: Finding, places: Places, user_file: Path
) -> None:
    user_file.write_text('app_id = "one"\n[profiles.work]\nlanguage = "de-DE"\n')
    write_secret(None, Secret("first"), places)

    assert finding({"SYMBL_PROFILE": "work"}) == ("one", "first", str(user_file))


@pytest.mark.usefixtures("no_keyring")
def test_a_profile_asked_for_by_flag_is_not_mixed_with_variables(
    finding: Finding, places: Places, user_file: Path
) -> None:
    user_file.write_text('[profiles.work]\napp_id = "two"\n')
    write_secret("work", Secret("second"), places)
    variables = {
        "SYMBL_APP_ID": "an-app",
        "SYMBL_APP_SECRET": "a secret",
        "SYMBL_ACCESS_TOKEN": "a token",
    }

    assert finding(variables, profile="work") == (
        "two",
        "second",
        f"{user_file} [profiles.work]",
    )


@pytest.mark.usefixtures("no_keyring")
def test_the_id_of_a_variable_is_not_paired_with_a_stored_secret(
    finding: Finding, places: Places
) -> None:
    write_secret(None, Secret("of another"), places)

    with pytest.raises(AuthenticationError, match=r"\(SYMBL_APP_ID\) but no app secre"):
        finding({"SYMBL_APP_ID": "an-app"})


def test_the_id_of_a_file_may_have_its_secret_in_a_variable(
    finding: Finding, user_file: Path
) -> None:
    user_file.write_text('app_id = "one"')

    assert finding({"SYMBL_APP_SECRET": "a secret"}) == (
        "one",
        "a secret",
        str(user_file),
    )


def test_the_vendors_file_comes_last(
    finding: Finding, places: Places, user_file: Path
) -> None:
    file = write_vendor_file(
        places, "[credentials]\napp_id=theirs\napp_secret=their secret\n"
    )

    assert finding({}) == ("theirs", "their secret", str(file))
    user_file.write_text('app_id = "one"')
    assert finding({"SYMBL_APP_SECRET": "s"}) == ("one", "s", str(user_file))


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("[credentials]\napp_id = a\napp_secret: b%c\n", ("a", "b%c")),
        (
            "[credentials]\napp_id=a  # yours\nAPP_SECRET=b#c # keep it\n",
            ("a", "b#c"),
        ),
        ("; old\n[other]\nx=1\n[credentials]\napp_id=a\napp_secret=b", ("a", "b")),
        ("\ufeff[credentials]\napp_id=a\napp_secret=b", ("a", "b")),
        ("[credentials]\napp_id=a\n", None),
        ("[credentials]\napp_id=a\napp_secret=\n", None),
        ("", None),
    ],
)
def test_the_vendors_file_is_read_as_they_meant_it(
    places: Places, text: str, pair: tuple[str, str] | None
) -> None:
    file = write_vendor_file(places, text)

    expected = None if pair is None else VendorCredentials(pair[0], Secret(pair[1]))
    assert read_vendor_file(file) == expected


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("app_id=a\napp_secret=hush\n", 1),
        ("[credentials]\nhush\n", 2),
        ("[credentials]\napp_id=a\napp_id=hush\n", 3),
    ],
)
def test_a_vendors_file_that_is_damaged_is_named_without_its_secrets(
    places: Places, text: str, line: int
) -> None:
    file = write_vendor_file(places, text)

    with pytest.raises(UsageError) as caught:
        read_vendor_file(file)

    assert caught.value.message == (
        f"{file} cannot be read: it is no INI file (line {line})"
    )


def test_a_secret_is_stored_where_a_keyring_works(
    places: Places, keyring: FakeKeyring
) -> None:
    assert write_secret("work", Secret("hush"), places) is SecretStore.KEYRING

    assert keyring.kept == {("symbl", "work"): "hush"}
    assert read_secret("work", SecretStore.KEYRING, places) == Secret("hush")
    assert read_secret("work", SecretStore.FILE, places) is None


@pytest.mark.usefixtures("no_keyring")
def test_else_a_secret_is_stored_in_a_private_file(places: Places) -> None:
    assert write_secret(None, Secret("hush"), places) is SecretStore.FILE

    file = places.secrets_file
    assert isinstance(file, Path)
    assert (file.stat().st_mode & 0o777, file.read_text()) == (
        0o600,
        'app_secret = "hush"\n',
    )


def test_a_broken_keyring_is_as_good_as_none(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", BrokenKeyring())

    assert write_secret(None, Secret("hush"), places) is SecretStore.FILE
    with pytest.raises(MissingError, match="not to be had: no D-Bus here"):
        read_secret(None, SecretStore.KEYRING, places)


def test_a_keyring_that_does_not_answer_is_waited_for_with_a_limit(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = LockedKeyring()
    monkeypatch.setitem(sys.modules, "keyring", locked)
    monkeypatch.setattr(secrets, "KEYRING_PATIENCE", 0.05)

    with pytest.raises(MissingError, match="not to be had: it does not answer"):
        read_secret(None, SecretStore.KEYRING, places)

    locked.typed.set()


@pytest.mark.parametrize("store", SecretStore)
def test_a_forgotten_secret_is_gone(
    places: Places,
    keyring: FakeKeyring,
    monkeypatch: pytest.MonkeyPatch,
    store: SecretStore,
) -> None:
    if store is SecretStore.FILE:
        monkeypatch.setitem(sys.modules, "keyring", BrokenKeyring())
    write_secret("work", Secret("hush"), places)
    monkeypatch.setitem(sys.modules, "keyring", keyring)

    forget_secret("work", store, places)
    forget_secret("work", store, places)

    assert read_secret("work", store, places) is None
    assert keyring.kept == {}


def test_no_secret_is_shown(finding: Finding, places: Places) -> None:
    write_vendor_file(places, "[credentials]\napp_id=a\napp_secret=hush\n")

    shown = [
        repr(Secret("hush")),
        str(Secret("hush")),
        repr(read_vendor_file(places.vendor_file)),
        repr(AccessToken(Secret("hush"), Origin(Source.ENVIRONMENT))),
    ]

    assert not any("hush" in text for text in shown)
    assert finding({}) is not None
