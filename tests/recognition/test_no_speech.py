"""What is no speech gives no words."""

from collections.abc import Callable

import pytest

from symbl_cli.media.format import AudioFormat
from symbl_cli.server.recognition.moonshine import MoonshineRecognizer
from symbl_cli.server.recognition.voice_activity import open_voice_activity
from symbl_cli.server.settings import RecognizerName
from tests.recognition import aloud, noise
from tests.scripted_speech import cut


@pytest.mark.parametrize("sound", noise.SOUNDS, ids=lambda sound: sound.__name__)
def test_a_minute_without_speech_has_no_finals(
    sound: Callable[[], noise.Sound], moonshine: MoonshineRecognizer
) -> None:
    heard = aloud.hear(
        cut(noise.pcm(sound()), 32_000),
        recognizer=moonshine,
        detector=open_voice_activity(RecognizerName.MOONSHINE),
        audio_format=AudioFormat(),
    )

    assert heard == []
