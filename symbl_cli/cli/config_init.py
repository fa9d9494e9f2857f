"""`symbl config init`: first where, then only what that needs."""

import os
import sys
from pathlib import Path
from typing import Protocol

import click

from ..config.edit import checked, save
from ..config.places import Places, find_places
from ..config.resolve import load
from ..config.secrets import Secret, write_secret
from ..config.settings import SecretStore, Settings
from ..config.vendor import VendorCredentials, read_vendor_file
from ..connect.token import forget_tokens
from ..errors import NotFoundError, OutputError, UsageError
from ..frozen import dataclass
from .options import Reporting

_SEVERAL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What flags have said already."""

    profile: str | None = None
    is_remote: bool | None = None
    api_url: str | None = None
    app_id: str | None = None
    secret_from_stdin: bool = False
    secret_file: Path | None = None
    takes_over_vendor: bool = False
    device: str | None = None
    language: str | None = None

    @property
    def speaks_of_a_server(self) -> bool:
        return bool(
            self.api_url
            or self.app_id
            or self.secret_from_stdin
            or self.secret_file
            or self.takes_over_vendor
        )


class Interview(Protocol):
    """Asks a person, or nobody."""

    def text(self, question: str, default: str = "") -> str | None:
        """The answer; `None`: nobody was asked."""
        ...

    def secret(self, question: str) -> str | None: ...

    def agrees(self, question: str) -> bool: ...


class Terminal:
    """Questions go to stderr: stdout is for data."""

    def text(self, question: str, default: str = "") -> str | None:
        return str(click.prompt(question, default=default, err=True)).strip()

    def secret(self, question: str) -> str | None:
        return str(click.prompt(question, hide_input=True, err=True)).strip()

    def agrees(self, question: str) -> bool:
        return click.confirm(question, err=True)


class Nobody:
    def text(self, question: str, default: str = "") -> str | None:
        return None

    def secret(self, question: str) -> str | None:
        return None

    def agrees(self, question: str) -> bool:
        return False


def set_up(given: Given, report: Reporting) -> None:
    """Ask for what is not given, where somebody can be asked, and save it."""
    is_interactive = sys.stdin.isatty() and not report.no_input
    interview = Terminal() if is_interactive else Nobody()
    places = find_places()
    current = load({}, environment=os.environ, places=places).settings
    if _wants_server(given, interview):
        said = _set_up_server(given, interview, places, current)
    else:
        said = _set_up_computer(given, interview, places, current)
    report.notices().status(f"saved in {places.user_file}: {said}")


def _wants_server(given: Given, interview: Interview) -> bool:
    if given.is_remote is False and given.speaks_of_a_server:
        raise UsageError("--engine local has no use for a server's options")
    if given.is_remote is not None or given.speaks_of_a_server:
        return given.is_remote is not False
    answer = interview.text(
        "Where is speech recognised: on this computer (c) or by a server (s)?", "c"
    )
    return (answer or "c").lower().startswith("s")


def _set_up_computer(
    given: Given, interview: Interview, places: Places, current: Settings
) -> str:
    device, language = given.device, given.language
    if device is None and len(current.device) < _SEVERAL:
        device = interview.text(
            "Microphone (name or number; empty: the system's)", "".join(current.device)
        )
    if language is None:
        language = interview.text("Language", current.language)
    changes: dict[str, str | None] = {
        "api_url": None,
        # What lies above the profiles may name a server.
        "engine": "local" if given.profile else None,
    }
    if device is not None:
        changes["device"] = device or None
    if language is not None:
        changes["language"] = language or None
    save(places, changes, given.profile)
    return "this computer's own server is used"


def _set_up_server(
    given: Given, interview: Interview, places: Places, current: Settings
) -> str:
    url = given.api_url or interview.text("URL of the server", current.api_url or "")
    if not url:
        raise UsageError("no server is named", suggestion="give --api-url URL")
    checked("api_url", url)
    vendor = _vendor_pair(given, interview, places)
    app_id = vendor.app_id if vendor else _app_id(given, interview, current)
    secret = vendor.app_secret if vendor else _secret(given, interview, app_id)
    changes = {"api_url": url, "engine": None, "app_id": app_id}
    if given.language is not None:
        changes["language"] = given.language
    if given.device is not None:
        changes["device"] = given.device or None
    save(places, changes, given.profile)
    where = _store(secret, given.profile, places)
    if vendor is not None:
        _remove_vendor_file(places)
    return f"{url} is used; {where}"


def _store(secret: Secret | None, profile: str | None, places: Places) -> str:
    forget_tokens(places.cache)
    if secret is None:
        return "no app secret was given: SYMBL_APP_SECRET has to hold it"
    store = write_secret(profile, secret, places)
    save(places, {"secret_in": store.value}, profile)
    match store:
        case SecretStore.KEYRING:
            return "the app secret is in the system's keyring"
        case SecretStore.FILE:
            return f"the app secret is in {places.secrets_file}"


def _vendor_pair(
    given: Given, interview: Interview, places: Places
) -> VendorCredentials | None:
    file = places.vendor_file
    if given.app_id:
        return None
    pair = read_vendor_file(file)
    if pair is None and given.takes_over_vendor:
        raise NotFoundError(f"{file} holds no app_id with its app_secret")
    if given.takes_over_vendor:
        return pair
    question = f"Take over the credentials in {file} and remove it?"
    return pair if pair is not None and interview.agrees(question) else None


def _app_id(given: Given, interview: Interview, current: Settings) -> str | None:
    return given.app_id or interview.text("App id", current.app_id or "") or None


def _secret(given: Given, interview: Interview, app_id: str | None) -> Secret | None:
    text: str | None
    if given.secret_from_stdin and given.secret_file:
        raise UsageError(
            "--app-secret-stdin and --app-secret-file cannot both be meant"
        )
    if given.secret_from_stdin:
        text = sys.stdin.read().strip()
    elif given.secret_file is not None:
        text = _read(given.secret_file)
    else:
        answer = interview.secret("App secret") if app_id else None
        return Secret(answer) if answer else None
    if not text:
        raise UsageError("the app secret that was given is empty")
    if app_id is None:
        raise UsageError(
            "there is an app secret but no app id", suggestion="--app-id ID"
        )
    return Secret(text)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        reason = getattr(exc, "strerror", None) or "it is not text"
        raise UsageError(f"{file} cannot be read: {reason}") from exc


def _remove_vendor_file(places: Places) -> None:
    match places.vendor_file:
        case Path() as file:
            try:
                file.unlink()
            except OSError as exc:
                raise OutputError(
                    f"{file} was taken over but cannot be removed: {exc.strerror}"
                ) from exc
        case _:
            pass
