"""The real recogniser: what it would do wrong if it were asked otherwise."""

import os
import subprocess
import sys
from array import array
from pathlib import Path

import numpy as np
import pytest

from benchmarks.recordings import DEFAULT, Recording, read_recordings
from benchmarks.told import is_lacking
from benchmarks.word_errors import WordErrors, count_errors, spoken_words
from symbl_cli.errors import MissingError
from symbl_cli.media.format import AudioFormat
from symbl_cli.server.recognition.doubt import SURE, is_believable
from symbl_cli.server.recognition.heard import Heard
from symbl_cli.server.recognition.models import Model, locate_model
from symbl_cli.server.recognition.moonshine import MoonshineRecognizer, tidied
from symbl_cli.server.recognition.voice_activity import open_voice_activity
from symbl_cli.server.recognition.worker import open_recognizer
from symbl_cli.server.settings import RecognizerName
from tests.recognition import aloud
from tests.scripted_speech import cut

needs_recordings = pytest.mark.skipif(
    not (DEFAULT / "refs.jsonl").exists(), reason="the recordings are not here"
)


def recording(name: str) -> Recording:
    return next(r for r in read_recordings(DEFAULT) if r.path.stem == name)


def floats(clip: Recording, *, seconds: float | None = None) -> "array[float]":
    """*clip*, or its beginning, and a second of silence."""
    count = None if seconds is None else round(16000 * seconds)
    samples = clip.samples()[:count].astype("f4") / 32768
    return array("f", samples.tobytes() + bytes(4 * 16000))


def hear(chunks: list[bytes], recognizer: MoonshineRecognizer) -> list[Heard]:
    return aloud.hear(
        chunks,
        recognizer=recognizer,
        detector=open_voice_activity(RecognizerName.MOONSHINE),
        audio_format=AudioFormat(),
    )


def finals(heard: list[Heard]) -> list[tuple[str, int, int]]:
    return [(h.text, h.start, h.end) for h in heard if h.is_final]


@needs_recordings
def test_text_is_punctuated_and_cased(moonshine: MoonshineRecognizer) -> None:
    said = moonshine.recognize(floats(recording("austen_0880")), ())

    assert said.text == "He was not an ill-disposed young man."
    assert (said.words, said.confidence) == ((), None)


@needs_recordings
def test_a_clip_that_ends_with_its_last_word_is_given_no_further_ones(
    moonshine: MoonshineRecognizer,
) -> None:
    clip = recording("lj_LJ001-0002")

    ((text, _, _),) = finals(hear([clip.pcm()], moonshine))

    assert spoken_words(text) == spoken_words(clip.text)


@needs_recordings
def test_no_line_is_invented_in_front(moonshine: MoonshineRecognizer) -> None:
    clip = recording("jfk_0")

    said = moonshine.recognize(floats(clip), ())

    assert spoken_words(said.text)[:4] == ["and", "so", "my", "fellow"]


@needs_recordings
def test_a_segment_of_25_seconds_is_decoded_whole(
    moonshine: MoonshineRecognizer,
) -> None:
    clip = recording("dickens_two_cities")

    words = spoken_words(moonshine.recognize(floats(clip, seconds=25), ()).text)

    assert words[:6] == ["it", "was", "the", "best", "of", "times"]
    assert {"nothing", "before", "us"} <= {*words[-8:]}


@needs_recordings
def test_what_was_decoded_before_changes_nothing(
    moonshine: MoonshineRecognizer,
) -> None:
    clips = [floats(recording(name)) for name in ("ami_dev00", "ami_trn00", "jfk_0")]
    once = [moonshine.recognize(clip, ()) for clip in clips]

    assert [moonshine.recognize(c, ()) for c in reversed(clips)] == once[::-1]


@needs_recordings
def test_pace_changes_no_final(moonshine: MoonshineRecognizer) -> None:
    pcm = recording("ami_dev00").pcm()
    slowly = aloud.hear(
        cut(pcm, 25_000),
        recognizer=moonshine,
        detector=open_voice_activity(RecognizerName.MOONSHINE),
        audio_format=AudioFormat(),
        interims=True,
    )

    assert finals(slowly) == finals(hear([pcm], moonshine))
    assert finals(slowly) == finals(hear(cut(pcm, 777), moonshine))


@needs_recordings
def test_real_voices_are_heard_well(moonshine: MoonshineRecognizer) -> None:
    total = WordErrors()
    for clip in read_recordings(DEFAULT):
        text = " ".join(text for text, _, _ in finals(hear([clip.pcm()], moonshine)))
        total += count_errors(spoken_words(clip.text), spoken_words(text))

    assert total.rate <= 3.9


@needs_recordings
@pytest.mark.parametrize("pause", [0.5, 1.5])
def test_faint_speech_behind_loud_speech_is_heard(
    moonshine: MoonshineRecognizer, pause: float
) -> None:
    loud, faint = recording("lj_LJ001-0001"), recording("ami_trn00")
    still = np.zeros(round(pause * 16000))
    talk = np.concatenate([loud.samples(), still, 0.25 * faint.samples(), still])
    noise = np.random.default_rng(7).normal(0, 10, len(talk))

    heard = hear([(talk + noise).astype("<i2").tobytes()], moonshine)

    behind = [h.text for h in heard if h.is_final and h.start > len(loud.samples())]
    assert not is_lacking(spoken_words(" ".join(behind)), spoken_words(faint.text))


@pytest.mark.parametrize(
    ("text", "as_written"),
    [
        ('"I am not sure, he plays".', "I am not sure, he plays."),
        ('"Where is it?"', "Where is it?"),
        ('"Where is it?".', "Where is it?"),
        ('He said "no", "never".', 'He said "no", "never".'),
        ('"No", he said, "never".', '"No", he said, "never".'),
        ("In the States.To go, see 3.5.", "In the States. To go, see 3.5."),
        ("U.S.A. law?No.", "U.S.A. law? No."),
        ("It is done.", "It is done."),
        ("", ""),
    ],
)
def test_a_text_is_as_people_write_it(text: str, as_written: str) -> None:
    assert tidied(text) == as_written


@needs_recordings
def test_sentences_are_apart(moonshine: MoonshineRecognizer) -> None:
    """The model glues two sentences of this clip."""
    clip = recording("aztech_train_audio1")

    heard = hear(cut(clip.samples().tobytes(), 3200), moonshine)

    text = " ".join(one.text for one in heard)
    assert "in the United States. To create your first project" in text


@pytest.mark.parametrize("text", ["You", "you.", "?", "", " You?"])
def test_a_lone_word_is_doubted_where_the_detector_was(text: str) -> None:
    assert not is_believable(text, SURE - 0.01)
    assert is_believable(text, SURE)


@pytest.mark.parametrize("text", ["You did.", "Thank you.", "Yes", "Bye."])
def test_other_words_are_believed(text: str) -> None:
    assert is_believable(text, 0.5)


def test_its_sound_is_not_copied_back(moonshine: MoonshineRecognizer) -> None:
    """Else each call would make a list of all samples that it was given."""
    samples = array("f", bytes(4 * 16000))
    transcript = moonshine.transcriber.transcribe_without_streaming(samples, 16000)

    assert all(line.audio_data is None for line in transcript.lines)


_LOADS = """
import os, sys
from pathlib import Path
from symbl_cli.server.recognition.worker import open_recognizer
from symbl_cli.server.settings import RecognizerName
from array import array
recognizer = open_recognizer(RecognizerName.MOONSHINE, Path(sys.argv[1]))
recognizer.recognize(array("f", bytes(4 * 32000)), ())
threads = len(os.listdir("/proc/self/task")) if sys.platform == "linux" else 1
print(threads, "sounddevice" in sys.modules)
"""


def test_it_takes_one_thread_and_no_sound_card() -> None:
    said = subprocess.run(
        [sys.executable, "-c", _LOADS, str(locate_model(None).folder)],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"},
        text=True,
    ).stdout

    assert said.split() == ["1", "False"]


def test_a_model_that_does_not_load_is_named(tmp_path: Path) -> None:
    for name in ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"):
        (tmp_path / name).write_bytes(b"no model")

    with pytest.raises(MissingError, match="cannot be loaded") as caught:
        MoonshineRecognizer(Model("tiny-en", "TINY", tmp_path))
    assert str(tmp_path) in caught.value.message


def test_a_folder_that_says_nothing_of_its_model_is_none(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="holds no speech model"):
        open_recognizer(RecognizerName.MOONSHINE, tmp_path)


def test_without_the_runtime_the_cure_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "moonshine_voice", None)

    with pytest.raises(MissingError) as caught:
        MoonshineRecognizer(Model("tiny-en", "TINY", Path()))
    assert ".[local]" in caught.value.suggestion
