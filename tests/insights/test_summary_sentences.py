"""A summary is a few whole sentences of the conversation."""

from symbl_cli.server.insights.insights import analyse
from symbl_cli.server.insights.summary import SummarySentence, summarise
from tests.insights.conversation import ANN, BEA, EVERYTHING, same_id, talk

TURNS = [
    (ANN, "Good morning."),
    (BEA, "The old greenhouse needs a new roof this year."),
    (ANN, "Yes, I think so too."),
    (BEA, "I'll ask the carpenter for a quote on the greenhouse roof"),
    (BEA, "By Friday."),
    (ANN, "Okay."),
    (BEA, "It rained a lot on my way here today."),
]


def test_what_was_agreed_is_in_the_summary_with_its_messages() -> None:
    messages = talk(TURNS)

    summary = summarise(messages, analyse(messages, EVERYTHING, same_id), most=2)

    assert summary == (
        SummarySentence(
            "The old greenhouse needs a new roof this year.", (messages[1].id,)
        ),
        SummarySentence(
            "I'll ask the carpenter for a quote on the greenhouse roof by Friday.",
            (messages[3].id, messages[4].id),
        ),
    )


def test_small_talk_has_no_summary() -> None:
    assert summarise(talk([(ANN, "Hello."), (BEA, "Okay then.")])) == ()


def test_nothing_said_has_no_summary() -> None:
    assert summarise([]) == ()


def test_what_is_said_twice_is_summarised_once() -> None:
    twice = talk([(ANN, "The old greenhouse needs a new roof.")] * 2)

    assert len(summarise(twice)) == 1
