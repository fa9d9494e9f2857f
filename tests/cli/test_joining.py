"""Several runs in one conversation: `--connection-id`."""

import json

import pytest

from tests.cli.talks import QUESTION
from tests.command_line import Home, Ran, finished, read_until
from tests.scripted_speech import silence, speech

ANSWER = "Tom does."


def _heard(home: Home, id_: object) -> list[tuple[str, str]]:
    """Who said what in that conversation."""
    told = home.run("conversation", "messages", str(id_), "--json")
    return [(one["from"]["name"], one["text"]) for one in json.loads(told.stdout)]


def test_two_runs_with_one_connection_id_are_one_conversation(own_home: Home) -> None:
    joined = ("--connection-id", "weekly=1", "--json", "--title", "Weekly")
    with (
        own_home.scripted_server(),
        own_home.process("stream", "-", *joined, "--speaker", "Ann") as first,
    ):
        assert first.stdin is not None
        first.stdin.write(speech(QUESTION) + silence(1))
        first.stdin.flush()
        early = read_until(first, lambda line: QUESTION in line)
        second = own_home.run(
            "stream", "-", *joined, "--speaker", "Bea", sound=speech(ANSWER)
        )
        ended = finished(first)
        (id_,) = {line["conversation_id"] for line in second.of("transcript")}
        heard = _heard(own_home, id_)
        anew = own_home.run(
            "stream", "-", *joined, "--speaker", "Cem", sound=speech(ANSWER)
        )
        (other,) = {line["conversation_id"] for line in anew.of("transcript")}

    assert (ended.code, second.code, anew.code) == (0, 0, 0)
    assert json.loads(early[-1])["conversation_id"] == id_
    assert heard == [("Ann", QUESTION), ("Bea", ANSWER)]
    assert second.texts == [ANSWER]
    assert other != id_, "what has ended is not gone on with"


@pytest.mark.parametrize("id_", ["../../etc", "", "room 1", "x" * 129, "a\nb"])
def test_a_connection_id_that_cannot_be_one_is_refused(
    scripted: Home, id_: str
) -> None:
    ran: Ran = scripted.run(
        "stream", "-", "--connection-id", id_, "--json", sound=silence(1)
    )

    assert (ran.code, ran.stdout) == (2, "")
    (notice,) = ran.notices
    assert notice["error"] == {
        "type": "usage",
        "message": "--connection-id: a connection id has 1 to 128 characters of "
        "A-Z a-z 0-9 _.~=+@:-",
        "suggestion": "",
    }
