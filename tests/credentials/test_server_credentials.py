"""Pairs, tenants and tokens of the server."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbl_cli.errors import UsageError
from symbl_cli.server.credentials import (
    DAY,
    Access,
    HashedSecret,
    Pair,
    hash_secret,
    new_access,
    new_pair,
    read_credentials,
)

NOW = 1_700_000_000.0
PAIR = Pair("an-app", hash_secret("a secret"))


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def request(**fields: object) -> bytes:
    return json.dumps({"type": "application", **fields}).encode()


def ask(access: Access) -> tuple[str, int]:
    status, answer = access.generate(request(appId="an-app", appSecret="a secret"))
    assert status == 200
    return str(answer["accessToken"]), int(str(answer["expiresIn"]))


def payload(token: str) -> str:
    return token.split(".")[1]


def test_the_right_pair_gets_a_token_of_its_tenant() -> None:
    access = Access([Pair("an-app", hash_secret("a secret"), "acme")])

    token, _ = ask(access)

    assert access.tenant_of(token) == "acme"


class Touchy(bytes):
    """Bytes that take it ill when they are compared in a time that tells of them."""

    __slots__ = ()
    __hash__ = bytes.__hash__

    def __eq__(self, other: object) -> bool:
        raise AssertionError("the first difference would end the comparison")

    __ne__ = __eq__


@pytest.mark.parametrize(("secret", "status"), [("a secret", 200), ("a guess", 401)])
def test_a_secret_is_compared_in_constant_time(secret: str, status: int) -> None:
    kept = hash_secret("a secret")
    pair = Pair("an-app", HashedSecret(kept.salt, Touchy(kept.digest)))

    answered, _ = Access([pair]).generate(request(appId="an-app", appSecret=secret))

    assert answered == status


def test_a_token_carries_its_end_for_clients_that_look_inside() -> None:
    token, expires_in = ask(Access([PAIR], clock=Clock()))

    claims = json.loads(base64.b64decode(payload(token) + "=="))

    assert (claims["exp"], expires_in) == (NOW + DAY, DAY)


def test_later_calls_get_the_same_token_and_what_remains() -> None:
    clock = Clock()
    access = Access([PAIR], clock=clock)
    first, _ = ask(access)

    clock.now += 3600.5

    assert ask(access) == (first, DAY - 3600)


def test_near_its_end_a_token_is_followed_by_a_new_one() -> None:
    clock = Clock()
    access = Access([PAIR], clock=clock)
    first, _ = ask(access)

    clock.now += DAY - 600
    second, expires_in = ask(access)

    assert second != first
    assert expires_in == DAY


def test_a_token_is_good_until_its_end() -> None:
    clock = Clock()
    access = Access([PAIR], lifetime=60, clock=clock)
    token, _ = ask(access)

    clock.now += 59
    before = access.tenant_of(token)
    clock.now += 1

    assert (before, access.tenant_of(token)) == ("local", None)


@pytest.mark.parametrize(
    ("asked", "given"), [(1, 60), (60, 60), (DAY, DAY), (99 * DAY, 24 * DAY)]
)
def test_a_token_lives_from_a_minute_to_24_days(asked: int, given: int) -> None:
    assert ask(Access([PAIR], lifetime=asked, clock=Clock()))[1] == given


def test_the_token_of_the_address_file_lives_as_long_as_the_server() -> None:
    clock = Clock()
    access = Access([], clock=clock)
    token = access.issue("local")

    clock.now += 365 * DAY

    assert access.tenant_of(token) == "local"


def test_another_servers_token_is_not_known() -> None:
    assert new_access().tenant_of(new_access().issue("local")) is None


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "é.é.é", "..", "\x00" * 9])
def test_what_is_no_token_is_nobodys(token: str) -> None:
    assert new_access().tenant_of(token) is None


def test_an_unsigned_token_is_nobodys() -> None:
    access = new_access()
    header = (
        base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    )

    assert access.tenant_of(f"{header}.{payload(access.issue('local'))}.") is None


@given(
    tenant=st.from_regex(r"[A-Za-z0-9._@-]{1,64}", fullmatch=True),
    salt=st.binary(min_size=32, max_size=32),
)
def test_the_payload_is_letters_and_digits_alone(tenant: str, salt: bytes) -> None:
    access = Access([], randomness=lambda size: salt[:size], clock=Clock())

    assert payload(access.issue(tenant)).isalnum()


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (request(appId="an-app", appSecret="wrong"), 401, "is not valid"),
        (request(appId="nobody", appSecret="a secret"), 401, "is not valid"),
        (request(appId="nobody", appSecret=""), 400, '"appSecret" is not allowed'),
        (request(appId="an-app"), 400, '"appSecret" is required'),
        (request(appSecret="a secret"), 400, '"appId" is required'),
        (request(appId=7, appSecret="a secret"), 400, '"appId" must be a string'),
        (request(appId="an-app", appSecret="\ud800"), 401, "is not valid"),
        (b'{"type": "password"}', 400, '"type" must be [application]'),
        (b"[]", 400, "must be of type object"),
        (b"{", 400, "not valid JSON"),
        (b"\xff", 400, "not valid JSON"),
        (b"[" * 100_000, 400, "not valid JSON"),
    ],
)
def test_a_request_that_is_not_right_is_told_why(
    body: bytes, status: int, message: str
) -> None:
    got, answer = Access([PAIR]).generate(body)

    assert got == status
    assert message in str(answer["message"])


def test_a_server_without_pairs_gives_no_tokens() -> None:
    status, _ = new_access().generate(request(appId="", appSecret="x"))
    assert status == 400
    status, _ = new_access().generate(request(appId="x", appSecret="x"))
    assert status == 401


def test_a_secret_is_not_kept() -> None:
    assert "a secret" not in repr(PAIR)
    assert hash_secret("a secret") != hash_secret("a secret")


def test_new_pairs_differ() -> None:
    assert new_pair() != new_pair()


def test_a_credentials_file_names_tenants() -> None:
    one, two = hash_secret("one"), hash_secret("two")

    pairs = read_credentials(f'[acme]\nfirst = "{one}"\n["b.c"]\nsecond = "{two}"\n')

    assert pairs == (Pair("first", one, "acme"), Pair("second", two, "b.c"))
    assert pairs[0].secret.is_of("one")
    assert not pairs[0].secret.is_of("two")


HASH = str(HashedSecret(b"salt", b"d" * 32))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[acme", "not valid TOML"),
        ("", "holds no app id"),
        ("[acme]", "holds no app id"),
        ('acme = "x"', "must be a table"),
        (f'["a b"]\nx = "{HASH}"', "cannot be called 'a b'"),
        ('[acme]\nx = "in the clear"', "is not hashed"),
        ('[acme]\nx = "sha256:00:11"', "is not hashed"),
        (f'[a]\nx = "{HASH}"\n[b]\nx = "{HASH}"', "one app id to two tenants"),
    ],
)
def test_a_credentials_file_that_is_not_right_is_told_why(
    text: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        read_credentials(text)
