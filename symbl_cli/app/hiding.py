"""What is fixed and hidden here, where another server may not, and what cannot be."""

import logging
from collections.abc import Callable

from ..config.settings import Engine, Settings
from ..protocol.events import Event, StreamConfig
from ..sinks.notices import Notices
from ..streaming import client
from .options import StreamOptions


def published(engine: Engine, config: StreamConfig) -> Callable[[Event], Event]:
    """What others see of the events of a server that does not obey *config*, maybe."""
    if engine is Engine.LOCAL or not (config.redact or config.fixes):
        return _as_it_is
    from ..streaming.published import Published

    # It logs frames as they came.
    logging.getLogger(client.__name__).setLevel(logging.INFO)
    return Published(config)


def tell_what_is_not_hidden(
    options: StreamOptions, settings: Settings, engine: Engine, notices: Notices
) -> None:
    """That others may keep what was said, and that sound stays as it is."""
    if not settings.redact:
        return
    if engine is Engine.REMOTE:
        notices.warning(
            "what identifies people is hidden here alone: the server hears all of it,"
            " and may keep it in clear",
            suggestion="--engine local asks no other server",
        )
    if options.save_audio is not None or settings.save_dir is not None:
        notices.warning(
            "the sound that is saved is not redacted",
            suggestion="leave out --save-audio and --save-dir if nobody may hear it",
        )


def _as_it_is(event: Event) -> Event:
    return event
