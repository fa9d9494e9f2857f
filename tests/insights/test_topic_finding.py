"""Topics come with mentions, stay without flicker, and leave with a word."""

from symbl_cli.protocol.events import MessageId
from symbl_cli.server.insights.findings import Topic
from symbl_cli.server.insights.topics import Topics
from tests.insights.conversation import ANN, same_id, talk

_TREES = ["oak", "elm", "ash", "fir", "yew", "bay", "fig", "pea"]


def heard(texts: list[str]) -> list[Topic]:
    topics = Topics(same_id)
    names = frozenset({"ann", "bea"})
    found = [
        topic
        for said in talk([(ANN, text) for text in texts])
        for topic in topics.hear(said, names)
    ]
    return [*found, *topics.finish()]


def test_a_phrase_said_in_two_messages_is_a_topic() -> None:
    found = heard(["The solar panel is dirty.", "Who cleans solar panels, Bea?"])

    assert found == [
        Topic(
            id=same_id("topic:solar panel"),
            text="solar panel",
            score=0.5,
            root_words=("panel",),
            message_ids=(MessageId("m0"), MessageId("m1")),
        )
    ]


def test_who_is_present_is_no_topic() -> None:
    assert heard(["Bea, thanks.", "Bea, hello.", "Well, Bea."]) == []


def test_a_topic_is_told_anew_when_it_is_said_again() -> None:
    found = heard(["A solar panel.", "The solar panel.", "That solar panel."])

    assert [(topic.text, topic.rev, len(topic.message_ids)) for topic in found] == [
        ("solar panel", 1, 2),
        ("solar panel", 2, 3),
    ]


def test_a_narrower_topic_names_its_parent() -> None:
    found = heard(
        ["The panel."] * 4 + ["A solar panel."] * 2,
    )

    assert found[-1].text == "solar panel"
    assert found[-1].parents == ("panel",)


def test_a_topic_leaves_only_when_it_has_fallen_clearly_behind() -> None:
    letters = [f"{word} garden" for word in _TREES]
    small = ["The piano is old.", "The piano is loud."]
    crowd = [text for text in letters for _ in range(8)]

    found = heard(small + crowd + [f"{name} soup" for name in letters] * 9)

    piano = [topic for topic in found if topic.text == "piano"]
    assert [topic.removed for topic in piano] == [False, True]
    assert piano[-1].rev == piano[0].rev + 1


def test_a_steady_conversation_does_not_flicker() -> None:
    texts = ["the oak table", "the brass lamp", "a wool carpet", "the oak table"] * 30

    found = heard(texts)

    assert not any(topic.removed for topic in found)
