"""Verbs by what they say of a task."""

from collections.abc import Sequence

TASK_VERBS = frozenset(
    (
        "add adjust allocate analyse analyze announce apply approve archive arrange"
        " ask assemble assign attach audit back book bring build buy call cancel"
        " change chase check circulate clarify clean collect combine compare compile"
        " complete compose configure confirm consult contact convert coordinate copy"
        " correct create debug decorate define delegate delete deliver demonstrate"
        " deploy design develop digitise digitize discuss distribute document"
        " download draft edit email ensure enter escalate estimate evaluate explore"
        " export extend extract file fill finalise finalize find finish fix follow"
        " formulate forward gather generate grab hire identify implement import"
        " improve inform inspect install integrate interview investigate invite"
        " issue label launch list load log mail maintain manage map mark measure"
        " meet merge migrate monitor negotiate notify obtain optimise optimize order"
        " organise organize outline pack paint pay phone pick ping pitch plan polish"
        " post prepare print procure produce program promote propose provide publish"
        " purchase pursue read rearrange rebuild recalculate recommend reconcile"
        " record redesign redo reduce refactor refine register rehearse release"
        " remind remove renew rent repair replace reply report reproduce request"
        " rerun research reserve reset resolve restart restore resubmit retest"
        " return review revise revisit rewrite ring sample save scan schedule search"
        " secure select send set settle share ship shorten sign simplify sketch"
        " solve sort source speak split study submit summarise summarize supply"
        " survey switch sync tackle tag talk test tidy train transcribe transfer"
        " translate trim tweak type unpack update upgrade upload validate verify"
        " visit warn wrap write"
    ).split()
)
"""Verbs that name work with an end."""
WORD_VERBS = frozenset(
    (
        "admit agree arrive assume be become begin believe belong bet come contain"
        " continue cost depend die explain fall feel guess happen have hear hope"
        " imagine jump just know leave like live love matter mean mind move need"
        " notice point remember repeat say see seem show sit skip start stay stick"
        " stop suppose think turn understand wait want wonder"
    ).split()
)
"""Verbs of thinking, saying and moving on in the talk itself."""
_PHRASAL = frozenset(
    {
        ("come", "up"),
        ("deal", "with"),
        ("figure", "out"),
        ("get", "back"),
        ("hand", "in"),
        ("hand", "over"),
        ("look", "after"),
        ("look", "into"),
        ("make", "sure"),
        ("pick", "up"),
        ("put", "together"),
        ("reach", "out"),
        ("take", "care"),
        ("work", "on"),
        ("work", "out"),
    }
)


def names_work(task: Sequence[str]) -> bool:
    """Whether *task*, its verb first, is work with an end."""
    return task[0] in TASK_VERBS or tuple(task[:2]) in _PHRASAL


def is_of_words(task: Sequence[str]) -> bool:
    """Whether *task* is done within the talk itself: thinking, saying, moving on."""
    return task[0] in WORD_VERBS and tuple(task[:2]) not in _PHRASAL


def verb_of(gerund: str) -> str:
    """The verb of *gerund*: "sending" is of "send"."""
    stem = gerund.lower().removesuffix("ing")
    for verb in (stem, stem + "e", stem[:-1]):
        if verb in TASK_VERBS:
            return verb
    return stem
