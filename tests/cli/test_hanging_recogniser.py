"""A recogniser that stands still, or dies of what it reads, in the middle of a run."""

import os
import signal

from benchmarks.processes import family
from symbl_cli.server.recognition.scripted import DEADLY
from tests.command_line import Home, finished, read_until
from tests.scripted_speech import speech

LIVE = ("stream", "-", "--json")


def test_a_recogniser_that_stands_still_costs_no_word(own_home: Home) -> None:
    with own_home.scripted_server(), own_home.process(*LIVE) as run:
        assert run.stdin is not None
        run.stdin.write(speech("Before"))
        run.stdin.flush()
        read_until(run, lambda line: '"Before"' in line)
        for worker in _workers(own_home):
            os.kill(worker, signal.SIGSTOP)
        run.stdin.write(speech("In the middle", "After"))
        run.stdin.flush()
        heard = read_until(run, lambda line: '"After"' in line)
        ran = finished(run)

    assert ran.code == 0
    assert any('"In the middle"' in line for line in heard)
    assert not any("warning" in one for one in ran.notices)


def test_words_that_no_recogniser_survives_are_named_and_the_rest_is_heard(
    own_home: Home,
) -> None:
    with own_home.scripted_server(), own_home.process(*LIVE) as run:
        assert run.stdin is not None
        run.stdin.write(speech("Before", f"Deadly {DEADLY} words", "After"))
        run.stdin.close()
        run.stdin = None
        ran = finished(run)

    (warning,) = (one["warning"] for one in ran.notices if "warning" in one)
    assert [text for text in ran.texts if text] == ["Before", "After"]
    assert "from 2.8 to " in str(warning["message"])
    assert "the recogniser died" in str(warning["message"])
    assert "--save-audio" in str(warning["suggestion"])
    assert ran.code == 0


def _workers(home: Home) -> list[int]:
    return family(home.address.pid)[1:]
