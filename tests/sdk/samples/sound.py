"""Sound that a program has itself; run with our SDK, and with the vendor's own."""

import sys
from threading import Event
from typing import Any

import symbl_cli as symbl

ended = Event()


def show(response: dict[str, Any]) -> None:
    print("live:", response["message"].get("punctuated", {}).get("transcript"))
    if response["message"]["type"] == "recognition_stopped":  # nothing comes after it
        ended.set()


connection = symbl.Streaming.start_connection(
    insight_types=["question", "action_item"],
    config={"speechRecognition": {"sampleRateHertz": 16000}},
    speaker={"name": "Ann", "email": "ann@example.org"},
    trackers=[{"name": "Delay", "vocabulary": ["running late", "behind schedule"]}],
)
connection.subscribe(
    {
        "message": show,
        "message_response": lambda response: print(
            "message:",
            [message["payload"]["content"] for message in response["messages"]],
        ),
        "insight_response": lambda response: print(
            "insight:", [(item["type"], item["text"]) for item in response["insights"]]
        ),
        "tracker_response": lambda response: print(
            "tracker:", [tracker["name"] for tracker in response["trackers"]]
        ),
    }
)
while chunk := sys.stdin.buffer.read(8192):
    connection.send_audio(chunk)
connection.stop()
print("ended:", ended.wait(30))

messages = connection.conversation.get_messages(parameters={"sentiment": True})
for message in messages.messages:
    print(f"{message._from.name}: {message.text}")
topics = connection.conversation.get_topics()
print("topics:", sorted(topic.text for topic in topics.topics))
items = connection.conversation.get_action_items()
print("action items:", [item.text for item in items.action_items])
by_id = symbl.Conversations.get_questions(connection.conversation.get_conversation_id())
print("questions:", [question.text for question in by_id.questions])
print("trackers:", [tracker.name for tracker in connection.conversation.get_trackers()])
