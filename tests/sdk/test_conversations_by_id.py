"""`symbl.Conversations`, on a conversation that was spoken."""

from collections.abc import Callable
from datetime import datetime

import pytest

import symbl_cli as symbl
from symbl_cli.errors import NotFoundError, UsageError
from symbl_cli.protocol.events import Json
from symbl_cli.sdk import StreamingConnection
from symbl_cli.sdk.conversation import Conversation
from tests.scripted_speech import speech

pytestmark = pytest.mark.usefixtures("at_home")

TALK = ("Who books the room?", "I will send the report by Friday.", "It runs late.")


@pytest.fixture
def spoken() -> Conversation:
    connection: StreamingConnection = symbl.Streaming.start_connection(
        speaker={"name": "Ann", "userId": "ann@example.org"},
        insight_types=["question", "action_item", "follow_up"],
        config={"speechRecognition": {"sampleRateHertz": 16000}, "meetingTitle": "Van"},
        trackers=[{"name": "Delay", "vocabulary": ["runs late"]}],
    )
    connection.send_audio(speech(*TALK))
    connection.stop()
    return connection.conversation


def test_all_of_it_is_had_by_its_id(spoken: Conversation) -> None:
    name, by_id = spoken.get_conversation_id(), symbl.Conversations

    whole = by_id.get_conversation(name)
    assert (whole.id, whole.name, whole.type) == (name, "Van", "meeting")
    assert isinstance(whole.start_time, datetime)
    messages = by_id.get_messages(name, parameters={"sentiment": True, "verbose": True})
    assert [one.text for one in messages.messages] == list(TALK)
    first = messages.messages[0]
    assert first.sentiment.suggested == "neutral"
    assert [word.word for word in first.words] == TALK[0].split()
    (question,) = by_id.get_questions(name).questions
    assert (question.text, question.message_ids) == (TALK[0], [first.id])
    assert question._from.name == "Ann"
    (task,) = by_id.get_action_items(name).action_items
    assert (task.assignee.name, task.definitive) == ("Ann", True)
    assert isinstance(task.due_by, datetime)
    (tracker,) = by_id.get_trackers(name)
    (match,) = tracker.matches
    assert (tracker.name, match.message_refs[0].text) == ("Delay", TALK[2])
    (member,) = by_id.get_analytics(name).members
    assert (member.name, member.talk_time.percentage > 0) == ("Ann", True)
    assert by_id.get_follow_ups(name).follow_ups == []
    assert by_id.get_topics(name)["topics"] == by_id.get_topics(name).topics
    assert by_id.get_entities(name).to_dict()["entities"] is not None
    assert [one.name for one in by_id.get_members(name).members] == ["Ann"]


def test_it_can_be_changed_and_deleted(spoken: Conversation) -> None:
    (member,) = spoken.get_members().members
    assert member.id is not None

    done = spoken.put_members(member.id, {"name": "Bea"})
    assert str(done.message).startswith(f"Member with id: {member.id}")
    wanted = {"contentType": "text/markdown", "showSpeakerSeparation": "true"}
    transcript = spoken.get_formatted_transcript(wanted).transcript
    assert (transcript.content_type, transcript.payload) == (
        "text/markdown",
        "".join(f"Bea: {text}<br/><br/>" for text in TALK),
    )
    started: dict[str, Json] = {
        "type": "started_speaking",
        "user": {"id": "u-1", "name": "Cy"},
        "offset": {"seconds": 0, "nanos": 0},
    }
    spoken.put_speakers_events({"speakerEvents": [started]})
    assert "Cy" in [one.name for one in spoken.get_members().members]

    said = symbl.Conversations.delete_conversation(spoken.get_conversation_id())
    assert said.message == "successfully deleted the conversation"
    with pytest.raises(NotFoundError):
        spoken.get_messages()


@pytest.mark.parametrize(
    ("name", "error"),
    [("4500000000000000", NotFoundError), ("a/b", NotFoundError), ("..", UsageError)],
)
def test_no_conversation_is_an_error(name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        symbl.Conversations.get_messages(name)


@pytest.mark.parametrize("name", [3, None, ["4500000000000000"], b"1"])
def test_an_id_is_a_string(name: object) -> None:
    asked: list[Callable[[], object]] = [
        lambda: symbl.Conversations.get_messages(name),
        lambda: symbl.Conversations.delete_conversation(name),
        lambda: symbl.Conversations.put_members("4500000000000000", name),
    ]
    for ask in asked:
        with pytest.raises(
            UsageError, match=r"(conversation|members)_id must be a str"
        ):
            ask()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"conversation_id": "\udce9"}, "conversation_id holds half a character"),
        ({"parameters": 3}, "parameters must be a dict, not int"),
        ({"parameters": {"verbose": {1}}}, "parameters cannot be sent as JSON"),
        ({"parameters": {"q": "\udce9"}}, "parameters holds half a character"),
        ({"credentials": 3}, "credentials must be a dict, not int"),
    ],
)
def test_what_cannot_be_asked_is_said_by_its_name(
    arguments: dict[str, object], message: str
) -> None:
    given = {"conversation_id": "4500000000000000"} | arguments

    with pytest.raises(UsageError, match=message):
        symbl.Conversations.get_messages(**given)
    with pytest.raises(UsageError, match=message):
        symbl.Conversations.put_speakers_events(**given)
