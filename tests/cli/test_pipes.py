"""A pipe is live where it plays at the speed of speech, and a recording where not."""

import sys
from pathlib import Path

import pytest

from tests.cli.talks import going_on
from tests.cli.test_states import states, stopped_recognisers
from tests.command_line import Home, finished, read_until
from tests.scripted_speech import say, silence, speech

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")

LONG = (
    "nobody knows it yet, and nobody ever will, whoever may ask them about it,"
    " and however often they ask"
)
HEARD = silence(0.3) + say("so be it") + silence(1.2)
REST = say(LONG)
"""With what was heard before less than a pipe may hold that plays live."""


def test_a_pipe_that_plays_live_has_its_lag_and_is_told_when_words_are_late(
    own_home: Home,
) -> None:
    with own_home.scripted_server(), own_home.process("stream", "-", "--json") as run:
        assert run.stdin is not None
        run.stdin.write(HEARD)
        run.stdin.flush()
        heard = read_until(run, lambda line: "so be it" in line)
        run.stdin.write(REST)
        with stopped_recognisers(own_home), going_on(run.stdin):
            told = read_until(run, lambda line: '"lagging"' in line)
        ran = finished(run)

    assert '"lag":' in heard[-1]
    assert '"cause":"computer"' in told[-1]
    assert ran.texts == [LONG]


def test_a_pipe_that_plays_faster_has_no_lag(scripted: Home, tmp_path: Path) -> None:
    talk = tmp_path / "talk.raw"
    talk.write_bytes(speech(*[LONG] * 12))

    ran = scripted.run("stream", "-", "--json", sound=talk.read_bytes())

    assert ran.texts == [LONG] * 12
    assert not [line for line in ran.of("transcript") if "lag" in line]
    assert "lagging" not in states(ran)
