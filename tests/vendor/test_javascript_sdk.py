"""The vendor's JavaScript SDK (@symblai/symbl-js 1.4.10) against our server."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.command_line import LIMIT
from tests.scripted_speech import speech
from tests.sdk.programs import PAIR
from tests.sdk.test_samples import TALK
from tests.vendor.conftest import VENDOR, Served

MESSAGES = [["message", [text]] for text in TALK]
FINDINGS = [
    ["insight", "action_item", ["Ann will send the report."]],
    ["insight", "question", [TALK[0]]],
    ["tracker", ["Delay"]],
]


def talk(node: str, served: Served, how: str) -> list[list[object]]:
    """What the SDK's handlers were told of `TALK`, in order."""
    program = Path(__file__).with_name("talk.mjs")
    done = subprocess.run(
        [node, program, VENDOR, how, served.url, PAIR["app_id"], PAIR["app_secret"]],
        input=speech(*TALK),
        capture_output=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0, (done.stdout, done.stderr)
    lines = done.stdout.splitlines()
    return [json.loads(line) for line in lines if line.startswith(b'["')]


@pytest.mark.parametrize(
    ("how", "first", "last"),
    [
        ("createStream", [["started"]], [["ended"]]),
        ("startRealtimeRequest", [["started", "string"]], [["same", True], ["ended"]]),
    ],
)
def test_a_talk_is_told_whole(
    node: str, served: Served, how: str, first: list[object], last: list[object]
) -> None:
    told = talk(node, served, how)

    assert told[: len(first)] == first
    assert told[-len(last) :] == last
    between = told[len(first) : -len(last)]
    assert [one for one in between if one[0] == "speech"] == [
        ["speech", text] for text in TALK
    ]
    assert [one for one in between if one[0] == "message"] == MESSAGES
    findings = [one for one in between if one[0] in {"insight", "tracker"}]
    assert sorted(findings, key=str) == FINDINGS


def test_a_subscriber_is_told_too(node: str, served: Served) -> None:
    assert talk(node, served, "subscribeToStream") == [*MESSAGES, ["ended"]]
