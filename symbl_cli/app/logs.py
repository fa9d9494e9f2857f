"""What is logged, where the process leaves at once."""

import logging


def finish_logs() -> None:
    """Write what waits to be logged, unless nobody reads it.

    Not as `logging.shutdown`, which flushes stderr too, however full. The locks that
    are taken are held for moments: who logs never waits.
    """
    for handler in tuple(logging.getLogger().handlers):
        handler.close()
