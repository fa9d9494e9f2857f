"""The real recogniser, loaded once."""

from collections.abc import Iterator

import pytest

from symbl_cli.server.recognition.models import locate_model
from symbl_cli.server.recognition.moonshine import MoonshineRecognizer


@pytest.fixture(scope="session")
def moonshine() -> Iterator[MoonshineRecognizer]:
    recognizer = MoonshineRecognizer(locate_model(None))
    yield recognizer
    recognizer.close()
