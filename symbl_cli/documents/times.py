"""Moments of a recording as people write them."""

_EXACT = 10.0
"""Seconds below which a tenth of one means something."""


def clock(seconds: float) -> str:
    """`MM:SS`, from an hour on `H:MM:SS`; what is past the second is dropped."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minute:02}:{second:02}"
    return f"{minute:02}:{second:02}"


def length(seconds: float) -> str:
    """`1.5 s`, `12 s`, `3 min 5 s`, `2 h 10 min`: in two units at most."""
    if seconds < _EXACT:
        return f"{seconds:.1f} s"
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minute} min" if minute else f"{hours} h"
    if minutes:
        return f"{minutes} min {second} s" if second else f"{minutes} min"
    return f"{second} s"


def stamp(seconds: float, point: str) -> str:
    """`HH:MM:SS.mmm` with *point* before the milliseconds: captions' times."""
    total, millisecond = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(total, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}{point}{millisecond:03}"
