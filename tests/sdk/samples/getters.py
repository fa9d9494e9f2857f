"""All that can be asked of a conversation; run with our SDK, and the vendor's."""

import sys
from threading import Event
from typing import Any

import symbl_cli as symbl

ended = Event()


def watch(response: dict[str, Any]) -> None:
    if response["message"]["type"] == "recognition_stopped":  # nothing comes after it
        ended.set()


connection = symbl.Streaming.start_connection(
    config={"speechRecognition": {"sampleRateHertz": 16000}, "detectEntities": True},
    insight_types=["question", "action_item", "follow_up"],
)
connection.subscribe({"message": watch})
connection.send_audio(sys.stdin.buffer.read())
connection.stop()
ended.wait(30)

for part in (
    *("conversation", "messages", "topics", "questions", "action_items", "follow_ups"),
    *("members", "entities", "trackers", "analytics"),
):
    answer = getattr(connection.conversation, f"get_{part}")()
    failed = isinstance(answer, dict) and "message" in answer
    print(part, answer if failed else "answered")
