"""App secrets: in the system's keyring where a profile says so, else in a file.

The file (0600, in a 0700 folder) has the shape of the user file: `app_secret` on top
for no profile, below `[profiles.NAME]` for one.
"""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import field
from threading import Thread
from typing import TypeVar

from ..errors import MissingError
from ..frozen import dataclass
from .files import editing, read_toml
from .places import Places
from .settings import SecretStore

T = TypeVar("T")

SERVICE = "symbl"
KEY = "app_secret"
KEYRING_PATIENCE = 3.0
"""Seconds: a locked keyring may wait for a person who is not there."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Secret:
    """Text that no repr, log or traceback shows."""

    _text: str = field(repr=False)

    def reveal(self) -> str:
        return self._text


class KeyringUnavailable(Exception):
    """No keyring works here, or it does not answer in time."""


def read_secret(
    profile: str | None, store: SecretStore, places: Places
) -> Secret | None:
    """The stored app secret of *profile*; raises MissingError, UsageError."""
    match store:
        case SecretStore.KEYRING:
            return _from_keyring(profile)
        case SecretStore.FILE:
            return _from_file(profile, places)


def write_secret(profile: str | None, secret: Secret, places: Places) -> SecretStore:
    """Store *secret* in the keyring where one works, else in the file; say which."""
    try:
        _ask_keyring(lambda: _keyring_set(profile, secret))
    except KeyringUnavailable as exc:
        log.debug("no keyring: %s", exc)
        _to_file(profile, secret, places)
        return SecretStore.FILE
    _forget_in_file(profile, places)
    return SecretStore.KEYRING


def forget_secret(profile: str | None, store: SecretStore, places: Places) -> None:
    """Remove what is stored for *profile*, if anything is."""
    _forget_in_file(profile, places)
    if store is SecretStore.KEYRING:
        try:
            _ask_keyring(lambda: _keyring_delete(profile))
        except KeyringUnavailable as exc:
            raise _keyring_error(exc) from exc


def _from_keyring(profile: str | None) -> Secret | None:
    try:
        found = _ask_keyring(lambda: _keyring_get(profile))
    except KeyringUnavailable as exc:
        raise _keyring_error(exc) from exc
    return Secret(found) if found else None


def _keyring_error(exc: KeyringUnavailable) -> MissingError:
    return MissingError(
        f"the app secret is in the system's keyring, which is not to be had: {exc}",
        suggestion="unlock it or `pip install keyring`, set SYMBL_APP_SECRET, or store "
        "the secret anew with `symbl config init`",
    )


def _from_file(profile: str | None, places: Places) -> Secret | None:
    match _table(read_toml(places.secrets_file), profile).get(KEY):
        case str(text) if text:
            return Secret(text)
        case _:
            return None


def _table(document: Mapping[str, object], profile: str | None) -> Mapping[str, object]:
    if profile is None:
        return document
    match document.get("profiles"):
        case {**tables} if isinstance(table := tables.get(profile), dict):
            return table
        case _:
            return {}


def _to_file(profile: str | None, secret: Secret, places: Places) -> None:
    with editing(places.secrets_file) as document:
        table = document
        if profile is not None:
            table = document.setdefault("profiles", {}).setdefault(profile, {})
        table[KEY] = secret.reveal()


def _forget_in_file(profile: str | None, places: Places) -> None:
    if _from_file(profile, places) is None:
        return
    with editing(places.secrets_file) as document:
        table = document if profile is None else document["profiles"][profile]
        del table[KEY]


def _ask_keyring(question: Callable[[], T]) -> T:
    """The answer to *question*, asked on a thread that is left behind if it hangs."""
    answer: Future[T] = Future()
    # A daemon: a keyring that waits for a dialogue must not keep the process alive.
    Thread(target=_settle, args=(answer, question), name="keyring", daemon=True).start()
    try:
        return answer.result(KEYRING_PATIENCE)
    except TimeoutError:
        raise KeyringUnavailable("it does not answer") from None


def _settle(answer: Future[T], question: Callable[[], T]) -> None:
    try:
        answer.set_result(question())
    except Exception as exc:  # noqa: BLE001 - back ends raise whatever they like
        answer.set_exception(KeyringUnavailable(str(exc) or type(exc).__name__))


def _account(profile: str | None) -> str:
    return profile or "default"


def _keyring_get(profile: str | None) -> str | None:
    import keyring

    found = keyring.get_password(SERVICE, _account(profile))
    return None if found is None else str(found)


def _keyring_set(profile: str | None, secret: Secret) -> None:
    import keyring

    keyring.set_password(SERVICE, _account(profile), secret.reveal())


def _keyring_delete(profile: str | None) -> None:
    import keyring

    if keyring.get_password(SERVICE, _account(profile)) is not None:
        keyring.delete_password(SERVICE, _account(profile))
