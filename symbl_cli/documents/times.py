"""Moments of a recording as people write them."""


def clock(seconds: float) -> str:
    """`MM:SS`, from an hour on `H:MM:SS`; what is past the second is dropped."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minute:02}:{second:02}"
    return f"{minute:02}:{second:02}"


def stamp(seconds: float, point: str) -> str:
    """`HH:MM:SS.mmm` with *point* before the milliseconds: captions' times."""
    total, millisecond = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(total, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}{point}{millisecond:03}"
