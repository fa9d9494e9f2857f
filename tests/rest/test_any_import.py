"""Whatever is imported is refused, or can be read: never a 500, then or later."""

import json
from collections.abc import Iterator
from typing import TypeAlias, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from symbl_cli.errors import RemoteProtocolError
from symbl_cli.protocol.events import Json
from symbl_cli.protocol.resource_table import read, read_body
from symbl_cli.protocol.resources import ExportFile
from symbl_cli.server.store.store import open_store
from tests.store.samples import whole_meeting

from .desk import Client, exported
from .test_any_request import VALUES

Path: TypeAlias = tuple[str | int, ...]
ROOT = "/v1/conversations"
READ = (
    *("", "/messages", "/topics", "/questions", "/action-items", "/follow-ups"),
    *("/insights", "/comprehensive/action-items", "/entities", "/members"),
    *("/trackers", "/analytics", "/summary", "/bookmarks", "/bookmarks-summary"),
)
_EMPTY: list[Json] = [[], {}, [[]], [{}], {"id": []}, [None], None, ""]
_NUMBERS: list[Json] = [True, -1, 2**63, 1e308, -1e9, 1e15, "NaN", "1e999", "9" * 5000]
_TEXTS: list[Json] = ["x", "..", "last", "\0", "a" * 100_000]
_TIMES: list[Json] = [
    f"{moment}{zone}"
    for moment in ("0001-01-01T00:00:00", "9999-12-31T23:59:59")
    for zone in ("Z", "+14:00", "-14:00")
]
STRANGE = [*_EMPTY, *_NUMBERS, *_TEXTS, *_TIMES]


def _whole() -> dict[str, Json]:
    with open_store(None) as store:
        store.write(*whole_meeting()).result(10)
        return exported(Client(store))


WHOLE = _whole()


def _paths(value: Json, path: Path = ()) -> Iterator[Path]:
    yield path
    match value:
        case dict():
            for name, inner in value.items():
                yield from _paths(inner, (*path, name))
        case list():
            for at, inner in enumerate(value):
                yield from _paths(inner, (*path, at))
        case _:
            pass


def _changed(whole: Json, path: Path, value: Json) -> Json:
    """*whole* with *value* in the place of what is at *path*, if that is there."""
    match whole, path:
        case _, ():
            return value
        case dict(), (str(name), *rest) if name in whole:
            return whole | {name: _changed(whole[name], tuple(rest), value)}
        case list(), (int(at), *rest) if at < len(whole):
            inner = _changed(whole[at], tuple(rest), value)
            return [*whole[:at], inner, *whole[at + 1 :]]
        case _:
            return whole


PATHS = list(_paths(WHOLE))
CHANGES = some.tuples(some.sampled_from(PATHS), some.sampled_from(STRANGE) | VALUES)
FIRSTS = [path for path in PATHS if not any(isinstance(at, int) and at for at in path)]
"""Of several in a list one is as good as another."""


@pytest.mark.parametrize("path", FIRSTS, ids=lambda path: ".".join(map(str, path)))
def test_no_part_of_an_import_breaks_anything(path: Path) -> None:
    with open_store(None) as store:
        client = Client(store)
        for value in STRANGE:
            whole = _sent([(path, value)])
            reply = client.ask("POST", ROOT, raw=whole)
            assert reply.status in {201, 400}, (value, reply)
            if reply.status == 400:
                assert _is_refused(whole) or "calendar" in str(reply.body)
            client.ask("DELETE", f"{ROOT}/last")


def _is_refused(whole: bytes) -> bool:
    """Whether a client would not even send it."""
    try:
        read(ExportFile, read_body(b'{"version":1,"conversations":[' + whole + b"]}"))
    except RemoteProtocolError:
        return True
    return False


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes=some.lists(CHANGES, min_size=1, max_size=3))
def test_whatever_is_imported_is_refused_or_can_be_read(
    changes: list[tuple[Path, Json]],
) -> None:
    with open_store(None) as store:
        client = Client(store)
        reply = client.ask("POST", ROOT, raw=_sent(changes))
        assert reply.status in {201, 400}, reply
        if reply.status == 201:
            there = f"{ROOT}/{cast('dict[str, str]', reply.body)['id']}"
            answers = [client.ask("GET", f"{there}{path}") for path in READ]
            assert {one.status for one in answers} == {200}
            json.dumps([one.body for one in answers], allow_nan=False).encode()


def _sent(changes: list[tuple[Path, Json]]) -> bytes:
    whole: Json = WHOLE
    for path, value in changes:
        whole = _changed(whole, path, value)
    return json.dumps(whole).encode()


def test_of_things_with_one_id_the_last_is_imported() -> None:
    (first, second) = cast("list[dict[str, Json]]", WHOLE["messages"])
    twice: Json = WHOLE | {"messages": [first, second | {"id": first["id"]}]}

    with open_store(None) as store:
        client = Client(store)
        assert client.ask("POST", ROOT, twice).status == 201
        said = client.get(f"{ROOT}/last/messages")["messages"]

    assert [one["text"] for one in cast("list[dict[str, Json]]", said)] == [
        second["text"]
    ]
