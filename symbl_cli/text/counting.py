"""Numbers of things in sentences."""


def counted(number: float, one: str, several: str = "") -> str:
    """`1 line`, `2 lines`; *several* where an `s` is not all."""
    return f"{number:.15g} {one if number == 1 else several or f'{one}s'}"
