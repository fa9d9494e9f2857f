"""Words reduced to what their inflections share."""

from collections.abc import Callable
from functools import cache, lru_cache


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The stem of the lower-case English *word*."""
    return _stemmer()(word)


@cache
def _stemmer() -> Callable[[str], str]:
    import snowballstemmer

    stem_word: Callable[[str], str] = snowballstemmer.stemmer("english").stemWord
    return stem_word
