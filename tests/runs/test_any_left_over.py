"""Whatever lies where runs leave what they heard: it is damaged, or it comes back."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from symbl_cli.app.salvage import export_of
from symbl_cli.errors import StoreError
from symbl_cli.protocol.events import Json
from symbl_cli.protocol.resource_table import write
from symbl_cli.server.store.store import open_store
from symbl_cli.sinks.json_form import as_fields
from symbl_cli.streaming.journal import entry, read_journal
from symbl_cli.streaming.left_runs import UnreadableRun, left_behind
from symbl_cli.streaming.run_record import decode_record, encode_record
from tests.rest.desk import Client
from tests.runs.kept import record
from tests.sinks.examples import FULL, line

Place: TypeAlias = tuple[str | int, ...]
_NOTHING: list[Json] = [None, "", [], {}, [[]], [{}], [None], True, False]
_NUMBERS: list[Json] = [-1, 0.5, 2**63, 10**400, 1e300, float("inf"), float("nan")]
_TEXTS: list[Json] = ["x", "..", "\0", "\ud800", "\udcff", "\x1b]0;x\x07", "a" * 5000]
_TIMES: list[Json] = [
    f"{moment}{zone}"
    for moment in ("0001-01-01T00:00:00", "2026-01-01", "9999-12-31T23:59:59")
    for zone in ("", "+00:00", "+14:00", "-14:00")
]
STRANGE = [*_NOTHING, *_NUMBERS, *_TEXTS, *_TIMES]
VALUES = some.sampled_from(STRANGE) | some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=5,
)
RECORD: Json = json.loads(encode_record(replace(record(), file=Path("/talk.wav"))))
LINES: list[Json] = [
    *(as_fields(line(body, 1, "5012")) for body in FULL if entry(line(body))),
    {"type": "final_end", "stream": 0, "end": 1600},
    {"type": "unheard", "what": "2 s at 00:10"},
    {"type": "all_heard"},
]


def places(value: Json, place: Place = ()) -> Iterator[Place]:
    yield place
    match value:
        case dict():
            for name, inner in value.items():
                yield from places(inner, (*place, name))
        case list():
            for at, inner in enumerate(value):
                yield from places(inner, (*place, at))
        case _:
            pass


def changed(whole: Json, place: Place, value: Json) -> Json:
    match whole, place:
        case _, ():
            return value
        case dict(), (str(name), *rest):
            return whole | {name: changed(whole[name], tuple(rest), value)}
        case list(), (int(at), *rest):
            inner = changed(whole[at], tuple(rest), value)
            return [*whole[:at], inner, *whole[at + 1 :]]
        case _:
            raise AssertionError(place)


def is_looked_at(text: bytes) -> None:
    """What is in `run.json` is damaged, or a run that can be listed."""
    with TemporaryDirectory() as runs:
        folder = Path(runs, "room")
        folder.mkdir()
        (folder / "run.json").write_bytes(text)
        told: list[UnreadableRun] = []
        found = left_behind(Path(runs), told.append)
    assert len(found) + len(told) == 1
    for one in told:
        assert isinstance(one.error, StoreError)
    for run in found:
        assert run.record.started_at.astimezone().isoformat()
        assert decode_record(encode_record(run.record)) == run.record


@pytest.mark.parametrize("place", list(places(RECORD)), ids=str)
def test_no_part_of_a_record_breaks_what_looks_at_it(place: Place) -> None:
    for value in STRANGE:
        is_looked_at(json.dumps(changed(RECORD, place, value)).encode())


@settings(deadline=None)
@given(place=some.sampled_from(list(places(RECORD))), value=VALUES)
def test_whatever_is_in_a_record_is_looked_at(place: Place, value: Json) -> None:
    is_looked_at(json.dumps(changed(RECORD, place, value)).encode())


@settings(deadline=None)
@given(text=some.binary() | some.text().map(lambda text: text.encode(errors="ignore")))
def test_whatever_is_in_the_place_of_a_record_is_looked_at(text: bytes) -> None:
    is_looked_at(text)


def comes_back(texts: list[str], store: Client) -> None:
    """What a journal of *texts* holds can be stored, as `symbl recover` does."""
    journal = read_journal(f"{text}\n" for text in texts)
    "".join(journal.unheard).encode()
    assert all(0 <= end <= 10**15 for _, end in journal.ends)
    if journal.damaged == len(texts):
        return
    conversation_id = journal.conversation_id or ""
    export = export_of(conversation_id, None, record().started_at, journal.kept)
    body = json.dumps(write(export), allow_nan=False).encode()
    reply = store.ask("POST", "/v1/conversations", raw=body)
    assert reply.status == 201, (reply, texts)
    store.ask("DELETE", "/v1/conversations/last")


@pytest.fixture(scope="module")
def store() -> Iterator[Client]:
    with open_store(None) as store:
        yield Client(store)


CHANGES = [(number, place) for number, one in enumerate(LINES) for place in places(one)]


@pytest.mark.parametrize("number", range(len(LINES)))
def test_no_part_of_a_line_breaks_a_journal(number: int, store: Client) -> None:
    whole = LINES[number]
    for place in places(whole):
        for value in STRANGE:
            comes_back([json.dumps(changed(whole, place, value))], store)


@settings(deadline=None)
@given(
    changes=some.lists(
        some.tuples(some.sampled_from(CHANGES), VALUES), min_size=1, max_size=3
    )
)
def test_whatever_is_in_a_journal_the_rest_comes_back(
    store: Client, changes: list[tuple[tuple[int, Place], Json]]
) -> None:
    texts = [
        json.dumps(changed(LINES[number], place, value))
        for (number, place), value in changes
    ]
    comes_back([*texts, *map(json.dumps, LINES)], store)


@settings(deadline=None)
@given(texts=some.lists(some.text()))
def test_whatever_is_in_the_place_of_a_journal_is_read(
    store: Client, texts: list[str]
) -> None:
    comes_back(texts, store)
