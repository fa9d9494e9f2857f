"""Hearing without processes: a recogniser that is asked whenever somebody says so."""

from array import array
from collections.abc import Iterable

from symbl_cli.media.format import AudioFormat
from symbl_cli.server.recognition.heard import Heard
from symbl_cli.server.recognition.hearing import Hearing
from symbl_cli.server.recognition.recognizer import Recognizer
from symbl_cli.server.recognition.scheduler import Purpose
from symbl_cli.server.recognition.utterance import Decoding
from symbl_cli.server.recognition.voice_activity import VoiceActivity


def decode(hearing: Hearing, recognizer: Recognizer, decoding: Decoding) -> None:
    samples = array("f", decoding.samples)
    hearing.decoded(decoding, recognizer.recognize(samples, ()))


def decode_all(
    hearing: Hearing, recognizer: Recognizer, *, interims: bool = False
) -> None:
    """Grant its wishes until it has none; those for interims only if asked for."""
    while True:
        granted = [
            utterance.begin(wish.purpose)
            for utterance, wish in hearing.wishes()
            if wish.purpose is not Purpose.INTERIM
        ]
        if interims and not granted:
            interims = False
            granted = [utterance.begin(w.purpose) for utterance, w in hearing.wishes()]
        if not granted:
            return
        for decoding in granted:
            decode(hearing, recognizer, decoding)


def hear(
    chunks: Iterable[bytes],
    *,
    recognizer: Recognizer,
    detector: VoiceActivity,
    audio_format: AudioFormat,
    interims: bool = False,
) -> list[Heard]:
    """All that is heard when everything is decoded after every chunk."""
    hearing = Hearing(audio_format, position=0, detector=detector)
    heard: list[Heard] = []
    for chunk in chunks:
        hearing.push(chunk)
        decode_all(hearing, recognizer, interims=interims)
        heard += hearing.take()
    hearing.finish()
    decode_all(hearing, recognizer)
    return [*heard, *hearing.take()]
