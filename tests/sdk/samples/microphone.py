"""The documented way to stream, from a microphone until Ctrl-C."""

import symbl_cli as symbl

events = {
    "message": lambda response: print(
        "live:", response["message"].get("punctuated", {}).get("transcript")
    ),
    "message_response": lambda response: print(
        "message:",
        [message["payload"]["content"] for message in response["messages"]],
    ),
    "insight_response": lambda response: print(
        "insight:",
        [(item["type"], item["payload"]["content"]) for item in response["insights"]],
    ),
    "topic_response": lambda response: print(
        "topic:", [topic["phrases"] for topic in response["topics"]]
    ),
    "tracker_response": lambda response: print(
        "tracker:", [tracker["name"] for tracker in response["trackers"]]
    ),
}

trackers = [{"name": "Delay", "vocabulary": ["running late", "behind schedule"]}]

connection_object = symbl.Streaming.start_connection(
    insight_types=["question", "action_item"],
    speaker={"userId": "ann@example.org", "name": "Ann"},
    config={"speechRecognition": {"encoding": "LINEAR16", "sampleRateHertz": 16000}},
    trackers=trackers,
)

connection_object.subscribe(events)

connection_object.send_audio_from_mic()

conversation = connection_object.conversation
print("id:", conversation.get_conversation_id())
print("messages:", [message.text for message in conversation.get_messages().messages])
print("questions:", [item.text for item in conversation.get_questions().questions])
print("members:", [member.name for member in conversation.get_members().members])
