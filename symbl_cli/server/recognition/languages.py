"""Which languages are understood: that of the models there are."""

import logging
import re

from ...errors import LanguageError
from ...protocol.events import StartRequest
from ...text.terminal import clip
from .catalogue import LANGUAGE

log = logging.getLogger(__name__)

_LONGEST = 20


def check_language(request: StartRequest) -> None:
    """Raises LanguageError where a client of ours asks for another one.

    Not of a stream that goes on: what began is finished. Others, who have asked in vain
    ever since (streaming-api.md §2.1), are transcribed all the same, which is logged.
    """
    asked = request.config.language
    if asked is None or re.split("[-_]", asked)[0].lower() == LANGUAGE:
        return
    if request.stream_id is None:
        log.warning("asked for %r, and hears %s alone", clip(asked, _LONGEST), LANGUAGE)
    elif (request.epoch or 1) == 1:
        named = clip(asked, _LONGEST)
        raise LanguageError(
            f"{named!r} is not understood here: the speech models know English alone",
            suggestion="ask for en-US, or a server that understands it (--api-url)",
        )
