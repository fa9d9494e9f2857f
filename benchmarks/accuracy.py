"""Word errors of the embedded server's recognition over recordings with texts.

Everything but the processes is what the server runs: decoder, detector, segmenter,
recogniser. Beside it, recognition of whole files by the runtime's own segmenting, to
see that no word at a clip's edge is missing that it hears.
"""

import argparse
import sys
from array import array
from pathlib import Path

import numpy as np
from moonshine_voice import ModelArch
from moonshine_voice.transcriber import Transcriber

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.recordings import Recording, add_folder, read_recordings
from benchmarks.word_errors import WordErrors, count_errors, spoken_words
from symbl_cli.media.format import AudioFormat
from symbl_cli.server.recognition.models import Model, locate_model
from symbl_cli.server.recognition.moonshine import MoonshineRecognizer
from symbl_cli.server.recognition.voice_activity import open_voice_activity
from symbl_cli.server.settings import RecognizerName
from tests.recognition import aloud

EDGE = 2
"""Words at each end of a clip."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_folder(parser)
    recordings = read_recordings(parser.parse_args().folder)
    model = locate_model(None)
    recognizer, whole = MoonshineRecognizer(model), _open_whole(model)
    total, missing = WordErrors(), 0
    for recording in recordings:
        heard = _hear(recording, recognizer)
        errors = count_errors(spoken_words(recording.text), heard)
        total += errors
        _print(recording.path.name, errors)
        lost = _lost_at_edges(recording, heard, _hear_whole(recording, whole))
        missing += len(lost)
        for word in lost:
            print(f"    missing at the edge: {word}")
    _print("all", total)
    print(f"words missing at the edges: {missing}")


def _hear(recording: Recording, recognizer: MoonshineRecognizer) -> list[str]:
    heard = aloud.hear(
        [recording.pcm()],
        recognizer=recognizer,
        detector=open_voice_activity(RecognizerName.MOONSHINE),
        audio_format=AudioFormat(),
    )
    return spoken_words(" ".join(each.text for each in heard if each.is_final))


def _open_whole(model: Model) -> Transcriber:
    return Transcriber(
        model.folder,
        ModelArch[model.architecture],
        options={"return_audio_data": "false"},
    )


def _hear_whole(recording: Recording, transcriber: Transcriber) -> list[str]:
    samples = array("f", (recording.samples() / np.float32(32768)).tobytes())
    transcript = transcriber.transcribe_without_streaming(samples, 16000)
    return spoken_words(" ".join(line.text for line in transcript.lines))


def _lost_at_edges(
    recording: Recording, heard: list[str], whole: list[str]
) -> list[str]:
    """Of the outermost words said, those that only the whole file gave."""
    said = spoken_words(recording.text)
    return [
        word
        for word in said[:EDGE]
        if word in whole[: 2 * EDGE] and word not in heard[: 2 * EDGE]
    ] + [
        word
        for word in said[-EDGE:]
        if word in whole[-2 * EDGE :] and word not in heard[-2 * EDGE :]
    ]


def _print(name: str, errors: WordErrors) -> None:
    print(
        f"{name:28} {errors.rate:5.1f} %  of {errors.words:4}:  "
        f"S {errors.substitutions:3}  D {errors.deletions:3}  I {errors.insertions:3}"
    )


if __name__ == "__main__":
    main()
