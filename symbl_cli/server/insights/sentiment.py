"""How a message sounds: words that please or displease, what turns or swells them."""

from .findings import Said, Sentiment
from .words import norms, read_words

_BAND = 0.3
"""Beyond it a score is called positive or negative (conversation-api.md §2.5)."""
_REACH = 3
"""Words over which a negation or an intensifier works."""
_DAMPING = 1.5

_POSITIVE = (
    "good great excellent nice love like happy glad perfect wonderful awesome"
    " amazing fantastic thanks thank pleased delighted enjoy enjoyed excited fun"
    " helpful best better easy useful beautiful brilliant cool fine agree success"
    " successful win won improve improved improvement impressive interesting"
    " appreciate welcome solved smooth smoothly clear positive comfortable confident"
    " congratulations reliable fast friendly grateful strong super superb valuable"
    " works relieved hopeful promising"
).split()
_NEGATIVE = (
    "bad terrible awful horrible hate wrong problem problems issue issues fail"
    " failed fails failure broken bug bugs sad unhappy angry annoyed annoying upset"
    " worried worry difficult hard poor worse worst ugly confusing confused"
    " frustrating frustrated disappointed disappointing late delay delayed slow"
    " expensive risk risky lost lose losing mistake mistakes error errors crash"
    " crashed impossible useless boring unfortunately sorry complain complaint"
    " complaints concerned concern trouble weak missing stuck mess messy painful"
    " pain afraid scary dangerous unacceptable outage"
).split()
_STRONG = frozenset(
    (
        "excellent love perfect wonderful awesome amazing fantastic brilliant terrible"
        " awful horrible hate worst superb delighted unacceptable"
    ).split()
)
_WEIGHTS = dict.fromkeys(_POSITIVE, 1.0) | dict.fromkeys(_NEGATIVE, -1.0)
_WEIGHTS |= {word: 2 * _WEIGHTS[word] for word in _STRONG}
_INTENSIFIERS = frozenset("very really so extremely totally absolutely too".split())
_NEGATIONS = frozenset("not no never neither nor without hardly nothing".split())
_AMBIGUOUS_LIKE = frozenset("i we you they really not would".split())


def rate(said: Said) -> Sentiment:
    """The sentiment of *said*, of its words alone."""
    score = round(sentiment_score(said.text), 3)
    return Sentiment(said.id, score, label_of(score))


def label_of(score: float) -> str:
    if score > _BAND:
        return "positive"
    return "negative" if score < -_BAND else "neutral"


def sentiment_score(text: str) -> float:
    """-1 to 1."""
    words = norms(read_words(text))
    total = 0.0
    for index, word in enumerate(words):
        weight = _WEIGHTS.get(word, 0.0)
        before = words[max(0, index - _REACH) : index]
        if not weight or (word == "like" and not _AMBIGUOUS_LIKE & set(before[-1:])):
            continue
        if _NEGATIONS & set(before):
            weight *= -0.7
        if _INTENSIFIERS & set(before):
            weight *= 1.4
        total += weight
    return total / (abs(total) + _DAMPING)
