"""Moonshine: one segment in, punctuated and cased text out.

Its own segmenting is off and its own streaming unused: streams of one process change
one another's text there, and segments decoded whole read better.
"""

import os
import re
from array import array

from ...errors import AudioError, MissingError
from .catalogue import INSTALL
from .models import Model
from .recognizer import SAMPLE_RATE, Recognized

_OPTIONS = {
    "vad_threshold": "0.0",  # what we cut is speech, all of it
    "vad_max_segment_duration": "30",
    "return_audio_data": "false",  # else every call copies its samples into a list
}


_QUOTED = re.compile(r'"([^"]*?)([.?!]?)"([.?!]?)')
_JOINED = re.compile(r"(?<=[a-z][.?!])(?=[A-Z][a-z])")


class MoonshineRecognizer:
    def __init__(self, model: Model) -> None:
        """Raises `MissingError` when the runtime or the model cannot be loaded."""
        # Read once, when the library is loaded; a second thread costs 1.6 times the
        # work for 1.25 times the speed, and there is a process for each core.
        os.environ["MOONSHINE_ORT_SINGLE_THREAD"] = "1"
        try:
            from moonshine_voice import ModelArch, MoonshineError
            from moonshine_voice.transcriber import Transcriber
        except (ImportError, OSError) as exc:
            raise MissingError(
                f"the speech recogniser cannot be loaded: {exc}", suggestion=INSTALL
            ) from exc
        self._error: type[Exception] = MoonshineError
        try:
            self.transcriber = Transcriber(
                model.folder, ModelArch[model.architecture], options=_OPTIONS
            )
        except (MoonshineError, KeyError) as exc:
            raise MissingError(
                f"the speech model in {model.folder} cannot be loaded: {exc}",
                suggestion="symbl models list",
            ) from exc

    def recognize(
        self, samples: "array[float]", vocabulary: tuple[str, ...]
    ) -> Recognized:
        try:
            transcript = self.transcriber.transcribe_without_streaming(
                samples, SAMPLE_RATE
            )
        except self._error as exc:
            raise AudioError(f"the recogniser failed: {exc}") from exc
        lines = () if transcript is None else transcript.lines
        text = " ".join(line.text.strip() for line in lines if line.text)
        return Recognized(tidied(text))

    def close(self) -> None:
        self.transcriber.close()


def tidied(text: str) -> str:
    """As people write it: the model may quote all that it heard, and glue sentences."""
    if quoted := _QUOTED.fullmatch(text):
        text = quoted[1] + (quoted[2] or quoted[3])
    return _JOINED.sub(" ", text)
