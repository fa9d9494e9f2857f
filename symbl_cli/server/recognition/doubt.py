"""Words that a recogniser makes out of noise."""

SURE = 0.9
"""Mean probability of speech from which even such words are believed."""

_INVENTED = frozenset({"", "you", "thank you", "thanks for watching", "bye"})


def is_believable(text: str, certainty: float) -> bool:
    """Whether somebody said *text*, where the detector was that certain of speech."""
    words = "".join(
        letter for letter in text.lower() if letter.isalnum() or letter == " "
    )
    return certainty >= SURE or " ".join(words.split()) not in _INVENTED
