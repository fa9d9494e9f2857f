"""Several `symbl recover` at the same time."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from symbl_cli.streaming.left_runs import left_behind
from tests.command_line import Home, Ran
from tests.runs.killed import GAP, words_of
from tests.runs.left import left_in

TEXTS = ("One van is late.", "The other one drives.", "Who books the room?")
AT_ONCE = 4


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path)
    with home.scripted_server():
        yield home


def at_once(home: Home, *arguments: str) -> list[Ran]:
    with ThreadPoolExecutor(AT_ONCE) as executor:
        running = [executor.submit(home.run, *arguments) for _ in range(AT_ONCE)]
    return [one.result() for one in running]


def conversations(home: Home) -> list[str]:
    listed = home.run("conversation", "list", "--json")
    return sorted(one["id"] for one in json.loads(listed.stdout))


def test_several_that_recover_all_make_one_conversation_of_each_run(
    served: Home,
) -> None:
    for text in TEXTS:
        left_in(served, text, engine="remote")

    recovered = at_once(served, "recover", "--all")

    told = [line for ran in recovered for line in ran.stdout.splitlines()]
    assert sorted(told) == conversations(served)
    assert sorted(words_of(served, one) for one in told) == sorted(TEXTS)
    for ran in recovered:
        errors = [one for one in ran.stderr.splitlines() if "Error" in one]
        assert all("is being recovered just now" in one for one in errors), errors
        assert "is not there" not in ran.stderr
        assert ran.code == (2 if errors else 0)
    assert list(served.runs.iterdir()) == []


def test_several_that_list_see_every_run(served: Home) -> None:
    for text in TEXTS:
        left_in(served, text)

    listed = [ran for _ in range(3) for ran in at_once(served, "recover")]

    assert {len(ran.stdout.splitlines()) for ran in listed} == {len(TEXTS)}


def test_a_run_that_is_being_recovered_is_said_to_be(served: Home) -> None:
    left = left_in(served, TEXTS[0])
    (run,) = left_behind(served.runs)

    with run.taken():
        listed = served.run("recover")
        others = [served.run("recover", name) for name in (left.name, "last", "--all")]
        streamed = served.run("stream", "-", sound=GAP)

    saying = f"run {left.name} is being recovered just now"
    assert (listed.code, listed.stdout) == (0, "")
    assert saying in listed.stderr
    assert "nothing to recover" not in listed.stderr
    for ran in others:
        assert (ran.code, ran.stdout) == (2, "")
        assert saying in ran.stderr
    assert saying not in streamed.stderr
    recovered = served.run("recover", left.name)
    assert words_of(served, recovered.stdout.strip()) == TEXTS[0]
