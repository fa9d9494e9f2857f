"""What a run told, beside what it wrote, what the server has, and what was spoken."""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.recordings import RATE
from benchmarks.talk import Turn
from benchmarks.word_errors import WordErrors, count_errors, spoken_words

_MARKUP = re.compile(
    r"^\d+\n|^WEBVTT$|^\d\d:\d\d:\d\d[.,]\d{3} --> .*$|<v [^>]*>", re.MULTILINE
)
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>~|#&])")
_HALF = 0.5
_APART = 0.3
"""Seconds that a final may reach into its neighbours."""


@dataclass(frozen=True, slots=True)
class Final:
    """Times are seconds."""

    id: str
    speaker: str
    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """What cannot be told apart by its time; seconds."""

    speaker: str
    start: float
    end: float
    expected: tuple[str, ...]
    heard: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """What was made of the turns, beside what is made of each clip alone."""

    errors: WordErrors
    lacking: tuple[Stretch, ...]
    """Where fewer than half of the words came."""


def not_in(content: str, finals: Sequence[Final]) -> list[str]:
    """The texts of *finals* that *content*, captions or notes, lacks in their order."""
    plain = _ESCAPED.sub(r"\1", html.unescape(_MARKUP.sub("", content)))
    flat = " ".join(plain.split())
    missing, place = [], 0
    for final in finals:
        found = flat.find(" ".join(final.text.split()), place)
        if found < 0:
            missing.append(final.text)
        else:
            place = found
    return missing


def compare(
    turns: Sequence[Turn],
    alone: Mapping[str, Sequence[Sequence[str]]],
    finals: Sequence[Final],
    speakers: Sequence[str],
) -> Heard:
    """*alone*: the words of each clip's voices, when nothing else is heard."""
    total = WordErrors()
    lacking: list[Stretch] = []
    for voice, speaker in enumerate(speakers):
        own = [final for final in finals if final.speaker == speaker]
        spoken = _spoken(turns, alone, voice)
        for stretch in _stretches(speaker, spoken, _said(own)):
            total += count_errors(stretch.expected, stretch.heard)
            if is_lacking(stretch.heard, stretch.expected):
                lacking.append(stretch)
    return Heard(total, tuple(lacking))


def is_lacking(heard: Sequence[str], expected: Sequence[str]) -> bool:
    """Whether fewer than half of the words came."""
    return len(heard) < _HALF * len(expected)


@dataclass(frozen=True, slots=True)
class _Words:
    start: float
    end: float
    words: Sequence[str]
    is_heard: bool


def _spoken(
    turns: Sequence[Turn], alone: Mapping[str, Sequence[Sequence[str]]], voice: int
) -> Iterator[_Words]:
    for turn in turns:
        number = voice - turn.voice
        if 0 <= number < turn.clip.voices:
            words = alone[turn.clip.name][number]
            yield _Words(turn.start / RATE, turn.end / RATE, words, is_heard=False)


def _said(finals: Sequence[Final]) -> Iterator[_Words]:
    for final in finals:
        words = spoken_words(final.text)
        yield _Words(final.start + _APART, final.end - _APART, words, is_heard=True)


def _stretches(
    speaker: str, spoken: Iterator[_Words], said: Iterator[_Words]
) -> Iterator[Stretch]:
    together: list[_Words] = []
    until = 0.0
    for one in sorted((*spoken, *said), key=lambda one: one.start):
        if together and one.start >= until:
            yield _stretch(speaker, together)
            together = []
        together.append(one)
        until = max(until, one.end)
    if together:
        yield _stretch(speaker, together)


def _stretch(speaker: str, together: Sequence[_Words]) -> Stretch:
    return Stretch(
        speaker,
        together[0].start,
        max(one.end for one in together),
        tuple(word for one in together if not one.is_heard for word in one.words),
        tuple(word for one in together if one.is_heard for word in one.words),
    )
