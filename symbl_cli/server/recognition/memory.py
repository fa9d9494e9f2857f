"""What the allocator keeps of freed memory."""

import ctypes
import sys


def give_back() -> None:
    """Hand freed memory back to the system, where the C library is one that keeps it.

    A model frees buffers of many sizes after each decode; each cuts up what another
    one left, and the process grows for hours.
    """
    if sys.platform != "linux":
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's
    if trim is not None:
        trim(0)
