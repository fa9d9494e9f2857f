"""Words that the recogniser makes out of noise."""

SURE = 0.9
"""Mean probability of speech from which even such words are believed."""

_INVENTED = frozenset({"", "you"})


def is_believable(text: str, certainty: float) -> bool:
    """Whether somebody said *text*, where the detector was that certain of speech."""
    letters = "".join(each for each in text.lower() if each.isalnum())
    return certainty >= SURE or letters not in _INVENTED
