"""The demo conversation through the Python surface, with real recognition."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

import symbl_cli as symbl
from symbl_cli.audio.channels import MixedSource
from symbl_cli.audio.files import Pace, open_file
from symbl_cli.audio.source import Chunk
from symbl_cli.sdk import StreamingConnection
from tests.cli.expected import DEMO
from tests.command_line import Home
from tests.sdk.conftest import be_at


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    home = Home(tmp_path)
    be_at(home, monkeypatch)
    yield home
    home.end_server()


@pytest.mark.usefixtures("own_home")
def test_a_program_starts_a_server_that_understands_the_demo() -> None:
    path = Path(str(files("symbl_cli") / "resources" / "demo" / "conversation.flac"))
    source = MixedSource(open_file(path, pace=Pace.FAST), None)
    heard: list[str] = []
    connection: StreamingConnection = symbl.Streaming.start_connection(
        insight_types=["question", "action_item"],
        config={"speechRecognition": {"sampleRateHertz": source.format.sample_rate}},
    )
    connection.subscribe(
        {
            "message_response": lambda response: heard.extend(
                message["payload"]["content"] for message in response["messages"]
            )
        }
    )
    for captured in source.chunks():
        match captured:
            case Chunk(pcm=pcm):
                connection.send_audio(pcm)
            case _:
                pass
    connection.stop()

    conversation = connection.conversation
    assert [one.text for one in conversation.get_messages().messages] == heard
    asked = [str(one.text).lower() for one in conversation.get_questions().questions]
    for part in DEMO.parts("questions"):
        assert any(str(part["phrase"]).lower() in text for text in asked), asked
    tasks = [str(i.text).lower() for i in conversation.get_action_items().action_items]
    for part in DEMO.parts("action_items"):
        assert any(str(part["phrase"]).lower() in text for text in tasks), tasks
