"""Whole answers, as conversation-api.md has them."""

from dataclasses import replace

from symbl_cli.protocol.events import ConversationId, Json
from symbl_cli.server.store.changes import SaveConversation, SaveMember
from tests.store.samples import (
    ANA,
    ANSWER,
    ASKED,
    BO,
    DATE,
    MEETING,
    PLANNED,
    PROMISED,
    QUESTION,
    TOPIC,
    TRACKED,
    conversation,
)

from .desk import HERE, Client, names

ANA_LISTED: Json = {"id": ANA.id, "name": "Ana", "email": "ana@example.org"}
BO_LISTED: Json = {"id": BO.id, "name": "Bo"}
LISTED: Json = {
    "id": MEETING,
    "type": "meeting",
    "name": "Weekly sync",
    "startTime": "2024-05-01T09:30:00.125Z",
    "endTime": "2024-05-01T09:30:09.125Z",
    "members": [ANA_LISTED, BO_LISTED],
    "metadata": {"team": "platform"},
}
FIRST: dict[str, Json] = {
    "id": QUESTION.id,
    "text": QUESTION.text,
    "from": {
        "id": ANA.id,
        "userId": "ana@example.org",
        "name": "Ana",
        "email": "ana@example.org",
    },
    "startTime": "2024-05-01T09:30:02.000Z",
    "endTime": "2024-05-01T09:30:04.000Z",
    "timeOffset": 1.88,
    "duration": 2,
    "conversationId": MEETING,
    "phrases": [],
    "estimated": ["words", "confidence"],
}
ASKED_BY_ANA: Json = {
    "id": ASKED.id,
    "text": ASKED.text,
    "type": "question",
    "score": 0.9,
    "messageIds": [QUESTION.id],
    "from": {"id": ANA.id, "name": "Ana", "userId": "ana@example.org"},
    "answeredBy": ANSWER.id,
    "rev": 2,
}
PROMISED_BY_BO: dict[str, Json] = {
    "id": PROMISED.id,
    "text": "Bo will send the drafts by Friday.",
    "type": "action_item",
    "score": 0.97,
    "messageIds": [ANSWER.id],
    "entities": [
        {
            "type": "person",
            "text": "Bo",
            "offset": 0,
            "value": {"assignee": True, "name": "Bo"},
        },
        {"type": "date", "text": "by Friday", "offset": 24, "value": "2024-05-03"},
    ],
    "phrases": [{"type": "action_phrase", "text": "send the drafts"}],
    "from": {"id": BO.id, "name": "Bo"},
    "definitive": True,
    "assignee": {"id": BO.id, "name": "Bo"},
    "dueBy": "2024-05-03",
    "rev": 1,
}
PLANNED_BY_BO: Json = {
    "id": PLANNED.id,
    "text": PLANNED.text,
    "type": "follow_up",
    "score": 0.8,
    "messageIds": [ANSWER.id],
    "entities": [],
    "phrases": [],
    "from": {"id": BO.id, "name": "Bo"},
    "assignee": {},
    "rev": 1,
}


def test_a_conversation_is_told_with_its_members(client: Client) -> None:
    assert client.get(HERE) == LISTED
    assert client.get("/v1/conversations/last") == LISTED
    assert client.get(HERE + "/") == LISTED


def test_a_conversation_that_runs_has_no_end_yet(client: Client) -> None:
    live = conversation("7", name=None, is_live=True)
    client.store.write(SaveConversation(live)).result(10)

    told = client.get("/v1/conversations/7")

    assert told["name"] == "7"
    assert "endTime" not in told
    assert client.get("/v1/conversations/7/messages") == {"messages": []}


def test_messages_are_told(client: Client) -> None:
    told = client.get(HERE + "/messages")

    assert list(told) == ["messages"]
    messages = told["messages"]
    assert isinstance(messages, list)
    assert messages[0] == FIRST
    assert names(messages) == [QUESTION.id, ANSWER.id]


def test_messages_have_words_and_sentiment_when_asked(client: Client) -> None:
    told = client.get(HERE + "/messages", verbose="True", sentiment="true")

    messages = told["messages"]
    assert isinstance(messages, list)
    first = messages[0]
    assert isinstance(first, dict)
    words = first.pop("words")
    assert isinstance(words, list)
    assert first == FIRST | {
        "sentiment": {"polarity": {"score": 0}, "suggested": "neutral"}
    }
    assert names(words, "word") == QUESTION.text.split()
    assert words[0] == {
        "word": "Who",
        "startTime": "2024-05-01T09:30:02.000Z",
        "endTime": "2024-05-01T09:30:02.100Z",
        "timeOffset": 1.88,
        "duration": 0.1,
    }


def test_topics_are_told(client: Client) -> None:
    topic: dict[str, Json] = {
        "id": TOPIC.id,
        "text": "draft",
        "type": "topic",
        "score": 0.71,
        "messageIds": [QUESTION.id, ANSWER.id],
        "parentRefs": [],
        "rootWords": [{"text": "draft"}],
        "rev": 1,
    }
    parents: Json = [{"type": "topic", "text": "writing"}]
    mood: Json = {"polarity": {"score": 0}, "suggested": "neutral"}

    assert client.get(HERE + "/topics") == {"topics": [topic]}
    assert client.get(HERE + "/topics", parentRefs="true") == {
        "topics": [topic | {"parentRefs": parents}]
    }
    assert client.get(HERE + "/topics", sentiment="true") == {
        "topics": [topic | {"sentiment": mood}]
    }


def test_what_was_asked_and_agreed_is_told(client: Client) -> None:
    assert client.get(HERE + "/questions") == {"questions": [ASKED_BY_ANA]}
    assert client.get(HERE + "/action-items") == {"actionItems": [PROMISED_BY_BO]}
    assert client.get(HERE + "/follow-ups") == {"followUps": [PLANNED_BY_BO]}
    assert client.get(HERE + "/insights") == {
        "insights": [ASKED_BY_ANA, PROMISED_BY_BO, PLANNED_BY_BO]
    }


def test_comprehensive_action_items_refer_to_messages(client: Client) -> None:
    item = PROMISED_BY_BO | {"messageRefs": [{"id": ANSWER.id}]}
    del item["messageIds"]

    assert client.get(HERE + "/comprehensive/action-items") == {"actionItems": [item]}


def test_entities_have_both_shapes_at_once(client: Client) -> None:
    reference: dict[str, Json] = {
        "id": QUESTION.id,
        "text": QUESTION.text,
        "offset": 23,
    }
    timed = reference | {
        "startTime": "2024-05-01T09:30:02.000Z",
        "endTime": "2024-05-01T09:30:04.000Z",
    }
    assert client.get(HERE + "/entities") == {
        "entities": [
            {
                "id": DATE.id,
                "type": "date",
                "category": "Managed",
                "value": "2024-05-03",
                "text": "Friday",
                "messageRefs": [reference],
                "matches": [{"detectedValue": "Friday", "messageRefs": [timed]}],
                "rev": 1,
            }
        ]
    }


def test_trackers_are_a_bare_array_at_both_paths(client: Client) -> None:
    reference: Json = {"id": QUESTION.id, "text": QUESTION.text, "offset": 10}
    match: Json = {
        "type": "vocabulary",
        "value": "the draft",
        "messageRefs": [reference],
        "insightRefs": [],
    }
    told = [{"id": TRACKED.id, "name": "Papers", "matches": [match], "rev": 1}]

    assert client.ask("GET", HERE + "/trackers").body == told
    assert client.ask("GET", HERE + "/trackers-detected").body == told


def test_members_are_told(client: Client) -> None:
    assert client.get(HERE + "/members") == {"members": [ANA_LISTED, BO_LISTED]}


def test_analytics_are_told(client: Client) -> None:
    assert client.get(HERE + "/analytics") == {
        "metrics": [
            {"type": "total_silence", "percent": 55.556, "seconds": 5},
            {"type": "total_talk_time", "percent": 44.444, "seconds": 4},
            {"type": "total_overlap", "percent": 0, "seconds": 0},
        ],
        "members": [
            {
                "id": ANA.id,
                "name": "Ana",
                "userId": "ana@example.org",
                "pace": {"wpm": 180},
                "talkTime": {"percentage": 22.222, "seconds": 2},
                "listenTime": {"percentage": 22.222, "seconds": 2},
                "overlap": {},
            },
            {
                "id": BO.id,
                "name": "Bo",
                "pace": {"wpm": 210},
                "talkTime": {"percentage": 22.222, "seconds": 2},
                "listenTime": {"percentage": 22.222, "seconds": 2},
                "overlap": {},
            },
        ],
    }


def test_a_summary_refers_to_its_messages(client: Client) -> None:
    told = client.get(HERE + "/summary")["summary"]

    assert names(told, "text") == [QUESTION.text, ANSWER.text]
    assert isinstance(told, list)
    first = told[0]
    assert isinstance(first, dict)
    assert first["messageRefs"] == [{"id": QUESTION.id}]
    assert client.get(HERE + "/summary", refresh="true")["summary"] == told


def test_there_is_no_summary_before_the_end(client: Client) -> None:
    live = conversation("7", is_live=True)
    client.store.write(SaveConversation(live)).result(10)

    assert client.ask("GET", "/v1/conversations/7/summary").status == 404


def test_a_transcript_is_had_as_markdown(client: Client) -> None:
    wanted: Json = {"contentType": "text/markdown", "showSpeakerSeparation": True}

    assert client.ask("POST", HERE + "/transcript", wanted).body == {
        "transcript": {
            "payload": "Ana: Who sends the draft by Friday?<br/><br/>"
            "Bo: I will send the drafts by Friday.<br/><br/>",
            "contentType": "text/markdown",
        }
    }


def test_a_transcript_is_had_in_one_piece_with_its_phrases_marked(
    client: Client,
) -> None:
    wanted: Json = {
        "contentType": "text/markdown",
        "createParagraphs": "false",
        "phrases": {"highlightOnlyInsightKeyPhrases": True},
    }

    assert client.ask("POST", HERE + "/transcript", wanted).body == {
        "transcript": {
            "payload": "Who sends the draft by Friday? "
            "I will <mark>send the drafts</mark> by Friday.",
            "contentType": "text/markdown",
        }
    }


def test_a_transcript_is_had_as_subtitles(client: Client) -> None:
    wanted: Json = {"contentType": "text/srt"}

    assert client.ask("POST", HERE + "/transcript", wanted).body == {
        "transcript": {
            "payload": {
                "contentType": "text/srt",
                "content": "1\n00:00:01,875 --> 00:00:03,875\n"
                "Who sends the draft by Friday?\n\n"
                "2\n00:00:04,000 --> 00:00:06,000\n"
                "I will send the drafts by Friday.\n",
            },
            "contentType": "text/srt",
        }
    }


def test_every_list_is_there_when_it_is_empty(client: Client) -> None:
    empty = conversation("7")
    client.store.write(SaveConversation(empty)).result(10)
    there = "/v1/conversations/7"

    for path, envelope in (
        ("/messages", "messages"),
        ("/topics", "topics"),
        ("/questions", "questions"),
        ("/action-items", "actionItems"),
        ("/follow-ups", "followUps"),
        ("/insights", "insights"),
        ("/entities", "entities"),
        ("/members", "members"),
        ("/summary", "summary"),
        ("/bookmarks", "bookmarks"),
        ("/intents", "intents"),
    ):
        assert client.get(there + path) == {envelope: []}
    assert client.ask("GET", there + "/trackers").body == []
    assert client.get(there + "/analytics")["members"] == []


def test_conversations_of_others_are_not_there(client: Client) -> None:
    foreign = conversation("7", tenant="other")
    member = SaveMember(BO)
    client.store.write(SaveConversation(foreign), member).result(10)

    assert client.ask("GET", "/v1/conversations/7").status == 404
    assert client.ask("GET", HERE, tenant="other").status == 404
    assert client.ask("DELETE", "/v1/conversations/7").status == 404
    listed = client.get("/v1/conversations", startTime="1970-01-01T00:00:00Z")
    assert names(listed["conversations"]) == [MEETING]


def test_a_conversation_that_is_just_being_stored_is_there(client: Client) -> None:
    new = replace(conversation(), id=ConversationId("6000000000000042"))
    client.live.under_way[new.id] = [SaveConversation(new)]

    assert client.get(f"/v1/conversations/{new.id}/messages") == {"messages": []}
    assert client.ask("GET", "/v1/conversations/6000000000000043").status == 404
