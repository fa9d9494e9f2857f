"""Speech in a language that no model here knows is refused, not heard as English."""

import os
import signal
from pathlib import Path

import pytest

from tests.cli.talks import QUESTION, TASK, talk_in
from tests.command_line import Home
from tests.scripted_speech import speech
from tests.server_process import running_server
from tests.socket_line import SocketLine

REFUSED = (
    "'de-DE' is not understood here: the speech models know English alone; ask for"
    " en-US, or a server that understands it (--api-url)"
)


@pytest.mark.parametrize("language", ["en-US", "EN", "en-AU"])
def test_english_is_understood_wherever_it_is_spoken(
    scripted: Home, tmp_path: Path, language: str
) -> None:
    ran = scripted.run("stream", talk_in(tmp_path), "--json", "--language", language)

    assert (ran.code, ran.texts) == (0, [QUESTION, TASK])


def test_another_language_is_refused_before_anything_is_heard(
    scripted: Home, tmp_path: Path
) -> None:
    arguments = ("stream", talk_in(tmp_path), "--language", "de-DE")

    plain = scripted.run(*arguments)
    lines = scripted.run(*arguments, "--json", "--srt", tmp_path / "talk.srt")

    assert (plain.code, plain.stdout) == (lines.code, "") == (2, "")
    assert plain.stderr.endswith(f"Error: {REFUSED}\n")
    assert [line["type"] for line in lines.lines] == ["begin", "status", "end"]
    assert lines.notices[0]["error"]["type"] == "language"
    assert not (tmp_path / "talk.srt").exists()


def test_other_clients_are_heard_as_they_always_were(tmp_path: Path) -> None:
    in_speech = {"speechRecognition": {"languageCode": "es-ES"}}
    configs = ({"languageCode": "de-DE\n"}, in_speech, {"languageCode": "en-GB"})
    with running_server(tmp_path) as server:
        for config in configs:
            line = SocketLine.dial(server.ws_url, server.address.token, room="room")
            with line.start(config=config, customVocabulary=["Kestrel"]):
                line.audio(speech("so be it"))
                line.stop()
                frames = line.rest()

            assert line.texts() == ["so be it"]
            assert "error" not in [frame["type"] for frame in frames]
        os.kill(server.address.pid, signal.SIGTERM)
        _, log = server.ended()

    assert log.count("hears en alone") == 2
    assert "asked for 'es-ES'" in log


def test_what_has_begun_is_finished_whatever_its_language(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        for epoch, kind in ((1, "error"), (2, "started_listening")):
            ours = {"streamId": "one", "epoch": epoch, "config": {"languageCode": "de"}}
            token = server.address.token
            with SocketLine.dial(server.ws_url, token, room="room") as line:
                line.send({"type": "start_request", **ours})
                line.until(kind)
