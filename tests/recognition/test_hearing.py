"""One stream without processes: what is heard depends on the samples alone."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symbl_cli.errors import UsageError
from symbl_cli.media.format import AudioFormat
from symbl_cli.server.recognition.heard import Heard
from symbl_cli.server.recognition.hearing import Hearing
from symbl_cli.server.recognition.recognizer import Recognized
from symbl_cli.server.recognition.scheduler import Purpose
from symbl_cli.server.recognition.scripted import ScriptedRecognizer
from symbl_cli.server.recognition.utterance import Decoding
from symbl_cli.server.recognition.voice_activity import Energy
from tests.recognition import aloud
from tests.scripted_speech import cut, say, silence, speech

WIDEBAND = AudioFormat()
LONG = "This is long enough to be believed when a short pause follows it, is it not?"
TALK = (
    speech("Short.", "No sentence end", pause=1.1)
    + say(LONG)
    + silence(0.6)
    + say("And this follows closely")
    + silence(0.7)
    + say("after a pause that is inside of it.")
    + silence(0.9)
)
TEXTS = [
    "Short.",
    "No sentence end",
    LONG,
    "And this follows closely after a pause that is inside of it.",
]


def opened() -> Hearing:
    return Hearing(WIDEBAND, position=0, detector=Energy())


def finals(heard: list[Heard]) -> list[Heard]:
    return [h for h in heard if h.is_final]


def without_rev(heard: list[Heard]) -> list[tuple[int, str, int, int]]:
    return [(h.utterance, h.text, h.start, h.end) for h in finals(heard)]


def hear(chunks: list[bytes], *, interims: bool = False) -> list[Heard]:
    return aloud.hear(
        chunks,
        recognizer=ScriptedRecognizer(),
        detector=Energy(),
        audio_format=WIDEBAND,
        interims=interims,
    )


def hear_erratically(chunks: list[bytes], chance: random.Random) -> list[Heard]:
    """Texts come back late, out of order, some not at the first try."""
    hearing, recognizer = opened(), ScriptedRecognizer()
    heard: list[Heard] = []
    running: list[Decoding] = []

    def go_on() -> None:
        for utterance, wish in hearing.wishes():
            if chance.random() < 0.5:
                running.append(utterance.begin(wish.purpose))
        chance.shuffle(running)
        while running and chance.random() < 0.4:
            decoding = running.pop()
            if decoding.segment is None and chance.random() < 0.3:
                hearing.failed(decoding, "it was unlucky")
            else:
                aloud.decode(hearing, recognizer, decoding)
        heard.extend(hearing.take())

    for chunk in chunks:
        hearing.push(chunk)
        go_on()
    hearing.finish()
    while not hearing.is_over:
        go_on()
    return heard


def test_pauses_inside_and_between_are_told_apart() -> None:
    assert [h.text for h in finals(hear([TALK]))] == TEXTS


def test_pace_changes_nothing() -> None:
    slowly = hear(cut(TALK, 3200), interims=True)

    assert without_rev(slowly) == without_rev(hear([TALK]))
    assert len(slowly) > 2 * len(TEXTS)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(500, 50_000))
def test_neither_cut_nor_late_texts_change_anything(seed: int, size: int) -> None:
    erratic = hear_erratically(cut(TALK, size), random.Random(seed))

    assert without_rev(erratic) == without_rev(hear([TALK]))


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_revs_grow_and_the_final_is_last(seed: int) -> None:
    heard = hear_erratically(cut(TALK, 3200), random.Random(seed))

    for number in {h.utterance for h in heard}:
        revs = [h for h in heard if h.utterance == number]
        assert [h.rev for h in revs] == list(range(1, len(revs) + 1))
        assert [h.is_final for h in revs] == [False] * (len(revs) - 1) + [True]
    utterances = [h.utterance for h in finals(heard)]
    assert utterances == sorted(utterances)


def test_an_utterance_that_came_to_nothing_is_taken_back() -> None:
    hearing = opened()
    hearing.push(silence(0.5) + say("Shown but not kept"))
    ((utterance, wish),) = hearing.wishes()
    hearing.decoded(utterance.begin(wish.purpose), Recognized("Shown"))
    hearing.finish()
    ((utterance, wish),) = hearing.wishes()
    hearing.decoded(utterance.begin(wish.purpose), Recognized(""))

    (interim, final) = hearing.take()
    assert (interim.text, interim.is_final, interim.rev) == ("Shown", False, 1)
    assert (final.text, final.is_final, final.rev) == ("", True, 2)


def test_what_cannot_be_decoded_is_tried_anew_once_and_its_failure_told() -> None:
    hearing = opened()
    hearing.push(say("Never read"))
    hearing.finish()
    for _ in range(2):
        ((utterance, wish),) = hearing.wishes()
        hearing.failed(utterance.begin(wish.purpose), "it was unlucky")

    assert hearing.is_over
    (unheard,) = hearing.take()
    assert (unheard.text, unheard.is_final) == ("", True)
    assert unheard.failure == "it was unlucky"


def test_a_failure_before_more_was_said_is_forgotten() -> None:
    hearing = opened()
    hearing.push(silence(0.5) + say("Never read,") + silence(0.5))
    for _ in range(2):
        ((utterance, wish),) = hearing.wishes()
        hearing.failed(utterance.begin(wish.purpose), "it was unlucky")
    hearing.push(say("or is it?"))
    hearing.finish()
    ((utterance, wish),) = hearing.wishes()
    hearing.decoded(utterance.begin(wish.purpose), Recognized("Never read, or is it?"))

    (final,) = hearing.take()
    assert (final.text, final.failure) == ("Never read, or is it?", "")


def test_the_text_of_a_pause_is_not_decoded_again_at_the_end() -> None:
    hearing = opened()
    hearing.push(silence(0.5) + say("Once") + silence(0.5))
    ((utterance, wish),) = hearing.wishes()
    assert wish.purpose is Purpose.PAUSE
    hearing.decoded(utterance.begin(wish.purpose), Recognized("Once."))
    hearing.push(silence(0.6))

    assert hearing.wishes() == []
    assert [h.text for h in hearing.take() if h.is_final] == ["Once."]


def test_silence_keeps_no_samples_and_wishes_nothing() -> None:
    hearing = opened()
    for _ in range(60):
        hearing.push(silence(1.0))

    assert (hearing.wishes(), hearing.backlog, hearing.is_speaking) == ([], 0.0, False)


def test_sound_that_waits_for_its_text_is_backlog() -> None:
    hearing = opened()
    hearing.push(speech("One two three.", pause=2.0))

    assert hearing.backlog > 1.0
    aloud.decode_all(hearing, ScriptedRecognizer())
    assert hearing.backlog == 0.0


def test_words_are_late_from_the_end_of_their_speech_on() -> None:
    hearing = opened()
    hearing.push(speech("One two three, and a good many more of them.", pause=2.0))

    assert hearing.lateness == pytest.approx(2.0, abs=0.1)
    aloud.decode_all(hearing, ScriptedRecognizer())
    assert hearing.lateness == 0.0


def test_an_interim_of_the_same_samples_is_not_taken_for_the_final() -> None:
    """It has another silence behind it, and so may have another text."""
    hearing = opened()
    hearing.push(say("x" * 24) + silence(0.064))
    ((utterance, wish),) = hearing.wishes()
    interim = utterance.begin(wish.purpose)
    hearing.finish()
    ((_, final),) = hearing.wishes()

    assert (wish.purpose, final.purpose) == (Purpose.INTERIM, Purpose.FINAL)
    assert utterance.begin(final.purpose).samples != interim.samples


def test_a_change_to_a_rate_that_is_none_changes_nothing() -> None:
    hearing = Hearing(AudioFormat(44100), position=0, detector=Energy())

    with pytest.raises(UsageError, match="cannot listen at 7 Hz"):
        hearing.change_format(AudioFormat(7))
    hearing.push(bytes(4410))
    hearing.finish()

    assert hearing.received == 2205
