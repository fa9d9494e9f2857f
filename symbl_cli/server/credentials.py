"""Who may use the server: pairs of app id and secret, their tenants, tokens."""

import hashlib
import hmac
import json
import os
import re
import time
import tomllib
from collections.abc import Callable, Iterable, Mapping

import jwt

from ..errors import UsageError
from ..frozen import dataclass
from ..protocol.local import LOCAL_TENANT

DAY = 86_400
SHORTEST, LONGEST = 60, 24 * DAY
"""Of a token's life, in seconds: symbl-js renews within its last minute, and its
timer overflows after 24 days."""
_RENEWAL = 600
"""Seconds before its end from which on a new token is given: symbl-js asks 300 s
before, and would ask without a pause if it got the same one again."""
_STANDING = 3650 * DAY
_ALGORITHM = "HS256"
_SCHEME = "sha256"
# None of these makes a `-` or `_` in base64, which symbl-js cannot decode.
_TENANT = re.compile(r"[A-Za-z0-9._@-]{1,64}")

Randomness = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class HashedSecret:
    """A secret that cannot be had back: all that is kept of one."""

    salt: bytes
    digest: bytes

    def is_of(self, secret: str) -> bool:
        """In a time that does not tell how much of it was right."""
        return hmac.compare_digest(_digest(secret, self.salt), self.digest)

    def __str__(self) -> str:
        """As it stands in a credentials file."""
        return f"{_SCHEME}:{self.salt.hex()}:{self.digest.hex()}"


@dataclass(frozen=True, slots=True)
class Pair:
    """An application that may ask for tokens, and whose conversations it sees."""

    app_id: str
    secret: HashedSecret
    tenant: str = LOCAL_TENANT


_NOBODY = HashedSecret(b"", b"")


def hash_secret(secret: str, *, randomness: Randomness = os.urandom) -> HashedSecret:
    """Fast, so it is for secrets as random as ours, not for words of a person."""
    salt = randomness(16)
    return HashedSecret(salt, _digest(secret, salt))


def new_pair(*, randomness: Randomness = os.urandom) -> tuple[str, str]:
    """An app id and a secret that nobody has had before."""
    return randomness(16).hex(), randomness(32).hex()


def read_credentials(text: str) -> tuple[Pair, ...]:
    """The pairs of a credentials file; raises UsageError.

    TOML: for each tenant a table of app ids with their hashed secrets,
    `"acme"."4f2a…" = "sha256:SALT:DIGEST"`.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise UsageError(f"the credentials file is not valid TOML: {exc}") from exc
    pairs = tuple(
        Pair(app_id, _read_hash(tenant, app_id, secret), tenant)
        for tenant, apps in tables.items()
        for app_id, secret in _read_apps(tenant, apps).items()
    )
    if len({pair.app_id for pair in pairs}) < len(pairs):
        raise UsageError("the credentials file gives one app id to two tenants")
    if not pairs:
        raise UsageError("the credentials file holds no app id")
    return pairs


def check_tenant(name: str) -> None:
    """Raises UsageError where no tenant can be called *name*."""
    if not _TENANT.fullmatch(name):
        raise UsageError(
            f"a tenant cannot be called {name!r}",
            suggestion="name tenants with 1 to 64 of A-Z a-z 0-9 . _ @ -",
        )


class Access:
    """Gives tokens and knows them again, as long as this server lives.

    The key dies with the process: after a restart clients ask for new tokens.
    """

    def __init__(
        self,
        pairs: Iterable[Pair],
        *,
        lifetime: int = DAY,
        clock: Callable[[], float] = time.time,
        randomness: Randomness = os.urandom,
    ) -> None:
        self._pairs = {pair.app_id: pair for pair in pairs}
        self._lifetime = min(max(lifetime, SHORTEST), LONGEST)
        self._clock = clock
        self._randomness = randomness
        self._key = randomness(32)
        self._given: dict[str, _Token] = {}

    def issue(self, tenant: str) -> str:
        """A token of *tenant* for as long as the server lives: for `server.json`."""
        return self._sign(tenant, int(self._clock()) + _STANDING)

    def tenant_of(self, token: str) -> str | None:
        """Whose *token* is; `None`: it is not ours, or its time is over."""
        try:
            # Its time is compared here, by the clock that was given.
            claims = jwt.decode(
                token, self._key, [_ALGORITHM], options={"verify_exp": False}
            )
        except jwt.InvalidTokenError:
            return None
        is_over = claims["exp"] <= self._clock()
        return None if is_over else str(claims["sub"])

    def app_of(self, body: bytes) -> str:
        """Whose secret *body* gives, right or wrong; "" where it is no request."""
        try:
            app_id, _ = _read_request(body)
        except ValueError:
            return ""
        return app_id

    def generate(self, body: bytes) -> tuple[int, Mapping[str, object]]:
        """Status and answer of POST /oauth2/token:generate."""
        try:
            app_id, secret = _read_request(body)
        except ValueError as exc:
            return 400, {"message": str(exc)}
        pair = self._pairs.get(app_id)
        # Unknown ids take as long as known ones.
        is_right = (pair.secret if pair else _NOBODY).is_of(secret)
        if pair is None or not is_right:
            return 401, {"message": "The appId or the appSecret is not valid."}
        token = self._token_of(pair)
        remaining = token.expires_at - int(self._clock())
        return 200, {"accessToken": token.text, "expiresIn": remaining}

    def _token_of(self, pair: Pair) -> "_Token":
        """The one given before, until near its end, as the API does."""
        now = self._clock()
        given = self._given.get(pair.app_id)
        if given and given.expires_at - now > min(_RENEWAL, self._lifetime / 2):
            return given
        expires_at = int(now) + self._lifetime
        token = _Token(self._sign(pair.tenant, expires_at), expires_at)
        self._given[pair.app_id] = token
        return token

    def _sign(self, tenant: str, expires_at: int) -> str:
        claims = {"sub": tenant, "exp": expires_at, "jti": self._randomness(8).hex()}
        return jwt.encode(claims, self._key, _ALGORITHM)


def new_access(*pairs: Pair) -> Access:
    """Access for *pairs*, and for the token of `server.json`."""
    return Access(pairs)


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    expires_at: int


def _digest(secret: str, salt: bytes) -> bytes:
    return hashlib.sha256(salt + secret.encode(errors="surrogatepass")).digest()


def _read_apps(tenant: str, apps: object) -> Mapping[str, object]:
    check_tenant(tenant)
    if not isinstance(apps, dict):
        raise UsageError(f"{tenant!r} in the credentials file must be a table")
    return apps


def _read_hash(tenant: str, app_id: str, written: object) -> HashedSecret:
    try:
        scheme, salt, digest = str(written).split(":")
        hashed = HashedSecret(bytes.fromhex(salt), bytes.fromhex(digest))
    except ValueError:
        scheme, hashed = "", _NOBODY
    if scheme != _SCHEME or len(hashed.digest) != hashlib.sha256().digest_size:
        raise UsageError(
            f"the secret of {app_id!r} (tenant {tenant!r}) in the credentials file is "
            f"not hashed as {_SCHEME}:SALT:DIGEST"
        )
    return hashed


def _read_request(body: bytes) -> tuple[str, str]:
    """App id and secret; raises ValueError with what the API would say."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("The body is not valid JSON.") from None
    if not isinstance(fields, dict):
        raise ValueError('"value" must be of type object')  # noqa: TRY004 - for a peer
    if fields.get("type", "application") != "application":
        raise ValueError('"type" must be [application]')
    return _read_field(fields, "appId"), _read_field(fields, "appSecret")


def _read_field(fields: Mapping[str, object], name: str) -> str:
    match fields.get(name):
        case None:
            raise ValueError(f'"{name}" is required')
        case "":
            raise ValueError(f'"{name}" is not allowed to be empty')
        case str(value):
            return value
        case _:
            raise ValueError(f'"{name}" must be a string')
