"""Runs that wait more than they compute, several at the same time."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

_Name = TypeVar("_Name")
_Outcome = TypeVar("_Outcome")


@contextmanager
def at_once(
    plays: Mapping[_Name, Callable[[], _Outcome]], most: int
) -> Iterator[Callable[[_Name], _Outcome]]:
    """Begin all of *plays*, no more than *most* at a time; gives what came of one."""
    with ThreadPoolExecutor(most) as executor:
        playing = {name: executor.submit(play) for name, play in plays.items()}
        yield lambda name: playing[name].result()
        executor.shutdown(cancel_futures=True)
