"""A minute of the benchmark that goes on for hours, and what it would complain of."""

from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks.growth import LIMITS, Sample, complaints, growths
from benchmarks.long_talk import Plan
from benchmarks.soak import soak
from benchmarks.talk import Clip, Turn, Variety
from benchmarks.told import Final, Heard, Stretch, compare, not_in
from benchmarks.word_errors import WordErrors
from tests.scripted_speech import say

PLAIN = Variety(pause=(1.2, 1.6), gain=(0.0, 0.0), noise=(0.0, 0.0))
SAID = ("The van is late today.", "Who drives it then?", "I will call Ann.")


def clip(*texts: str) -> Clip:
    """*texts* one after another, each by a voice of its own."""
    parts = [np.frombuffer(say(text), "<i2").astype(np.float32) for text in texts]
    sound = np.zeros((sum(map(len, parts)), len(parts)), np.float32)
    start = 0
    for voice, part in enumerate(parts):
        sound[start : start + len(part), voice] = part
        start += len(part)
    return Clip(" ".join(texts), sound)


def test_a_minute_of_talk_goes_through_all_parts_and_nothing_is_lost() -> None:
    clips = [*map(clip, SAID), clip("We can go.", "Good, then come.")]
    plan = Plan(hours=0.02, variety=PLAIN, sampled=10.0)
    samples: list[Sample] = []

    outcome = soak(plan, clips, samples.append, "--recognizer", "scripted")

    assert list(outcome.wrong) == []
    assert not any("nobody saw" in one for one in outcome.growing)
    assert samples[-1].hours > 60 / 3600
    assert len(outcome.finals) >= len(outcome.turns) > 20
    assert outcome.heard == Heard(WordErrors(outcome.heard.errors.words), ())


def hours(
    *, client: float = 0.0, server: float = 0.0, waiting: float = 0.0, lost: float = 0.0
) -> list[Sample]:
    """Four of them, a sample a minute; what grows does so by so much an hour."""
    return [
        Sample(
            hours=minute / 60,
            resident={
                "client": 36.0 + client * minute / 60,
                "server": 150.0 + server * minute / 60,
            },
            queues=dict.fromkeys(LIMITS, 1)
            | {"client: frames to be told": round(waiting * minute / 60)},
            store=minute / 60,
            finals=minute * 8,
            lost=lost,
        )
        for minute in range(240)
    ]


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        (hours(), []),
        (hours(client=0.9, server=4.9, waiting=4), []),
        (
            hours(client=1.2),
            ["client grows by 1.20 MB an hour, more than 1"],
        ),
        (
            hours(server=5.5),
            ["server grows by 5.50 MB an hour, more than 5"],
        ),
        (
            hours(waiting=60),
            ["client: frames to be told: ever more, 56 at first and 203 at last"],
        ),
        (hours(lost=2.5), ["2.5 s of sound were lost"]),
        (
            [
                Sample(
                    1,
                    {},
                    dict.fromkeys(LIMITS, 0) | {"client: files of sound": 11},
                    0,
                    0,
                    0,
                )
            ],
            ["client: files of sound: 11, more than 10"],
        ),
    ],
)
def test_what_grows_or_is_lost_is_complained_of(
    samples: list[Sample], said: list[str]
) -> None:
    assert list(complaints(samples)) == said


def test_what_everything_takes_at_first_is_no_growth() -> None:
    warm = [
        Sample(one.hours, {"client": min(30 + 60 * one.hours, 45.0)}, {}, 0, 0, 0)
        for one in hours()
    ]

    assert [(one.process, round(one.an_hour, 3)) for one in growths(warm)] == [
        ("client", 0.0)
    ]


ANN = Final("m-1", "Ann", "The van is late.", 1.0, 3.0)
BEA = Final("m-2", "Bea", "So 5 < 6 we say.", 4.0, 6.0)
SRT = """1
00:00:01,000 --> 00:00:02,000
Ann: The van
is

2
00:00:02,000 --> 00:00:03,000
late.

3
00:00:04,000 --> 00:00:06,000
Bea: So 5 < 6 we say.

"""
VTT = """WEBVTT

00:00:01.000 --> 00:00:03.000
<v Ann>The van is late.

00:00:04.000 --> 00:00:06.000
<v Bea>So 5 &lt; 6 we say.

"""


@pytest.mark.parametrize(
    "content",
    [
        SRT,
        VTT,
        "**Ann** (00:01): The van is late.\n\n**Bea** (00:04): So 5 \\< 6 we say.\n\n",
    ],
)
def test_a_final_is_found_in_every_kind_of_file(content: str) -> None:
    assert not_in(content, [ANN, BEA]) == []


def test_a_final_that_a_file_lacks_or_has_too_early_is_missed() -> None:
    text = "[00:04] Bea: So 5 < 6 we say.\n[00:01] Ann: The van is late.\n"

    assert not_in(text, [ANN, BEA]) == ["So 5 < 6 we say."]


def turns() -> Iterator[Turn]:
    for number, text in enumerate(("The van is late.", "Who drives it?")):
        start = 16000 * (1 + 10 * number)
        yield Turn(clip(text), number, start, start + 32000, 1.0)


def test_a_clip_of_which_too_little_was_heard_is_named() -> None:
    alone = {
        "The van is late.": [["the", "van", "is", "late"]],
        "Who drives it?": [["who", "drives", "it"]],
    }
    finals = [
        Final("m-1", "Ann", "The fan is late.", 1.0, 3.0),
        Final("m-2", "Bea", "It.", 12.0, 13.0),
    ]

    heard = compare(list(turns()), alone, finals, ("Ann", "Bea"))

    lacking = Stretch("Bea", 11.0, 13.0, ("who", "drives", "it"), ("it",))
    assert heard == Heard(WordErrors(7, substitutions=1, deletions=2), (lacking,))
