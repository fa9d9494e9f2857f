import sys
from pathlib import Path

import pytest

from symbl_cli.server.recognition.memory import give_back

SIZE, COUNT = 60_000, 1_000
"""Too small for pages of its own."""


def resident() -> int:
    """Bytes."""
    fields = Path("/proc/self/statm").read_text().split()
    return 4096 * int(fields[1])


@pytest.mark.skipif(
    sys.platform != "linux", reason="reads /proc, as glibc keeps memory"
)
def test_what_was_freed_between_what_is_in_use_goes_back_to_the_system() -> None:
    kept = [bytes(SIZE) for _ in range(COUNT)]
    full = resident()
    # What is still in use here and there keeps all below it from being given back.
    kept = kept[::50]

    give_back()

    assert len(kept) == COUNT / 50
    assert full - resident() > SIZE * COUNT / 2
