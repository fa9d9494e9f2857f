"""Servers that mean harm: a run ends in one sentence, with its memory bounded."""

import json
import os
import resource
import signal
import sys
from pathlib import Path

import pytest

from symbl_cli.protocol import events as e
from tests.cli.talks import talk_in
from tests.command_line import Home, Ran
from tests.streaming.service import HungUpError, Peer, Script, Service

REMOTE = {"SYMBL_ACCESS_TOKEN": "token-of-ours"}
MOST = 500
"""Megabytes of memory, all told: half of it is what an idle run maps."""


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MOST << 20, MOST << 20))


def _run(home: Home, url: str, *options: str | Path) -> Ran:
    """`symbl stream` where it may take no more memory than MOST."""
    arguments = ("stream", *options, "--api-url", url, "--no-reconnect", "--json")
    return home.run(*arguments, environment=REMOTE, before=_bounded)


def _interim(number: int) -> str:
    inner = {
        "type": "recognition_result",
        "id": f"m{number}",
        "isFinal": False,
        "punctuated": {"transcript": "Hm"},
    }
    return json.dumps({"type": "message", "message": inner})


def _interims_without_end(peer: Peer) -> None:
    peer.listen()
    for number in range(5_000):
        peer.send_text(_interim(number))
    peer.finish()


def _audio_received(*counts: int) -> Script:
    def serve(peer: Peer) -> None:
        peer.until(e.StartRequest)
        peer.send(*(e.StartedListening(audio_received=count) for count in counts))
        peer.send(e.RecognitionStarted())
        peer.finish()

    return serve


def _raw(frame: bytes) -> Script:
    def serve(peer: Peer) -> None:
        peer.listen()
        try:
            peer.send_raw(frame)
            while True:
                peer.send_raw(bytes(1 << 16))
        except HungUpError:
            pass

    return serve


ENDINGS: dict[str, tuple[Script, set[int]]] = {
    "interims": (_interims_without_end, {0}),
    "twice": (_audio_received(0, 0), {0}),
    "beyond what was sent": (_audio_received(10**12), {0, 5}),
    "64 MB": (_raw(b"\x81\x7f" + (64 << 20).to_bytes(8)), {5}),
    "compressed": (_raw(b"\xc1\x7e\x10\x00"), {5}),
    "empty fragments": (_raw(b"\x01\x00"), {5}),
}


@pytest.mark.skipif(sys.platform != "linux", reason="bounds memory as Linux does")
@pytest.mark.parametrize("name", ENDINGS)
def test_a_hostile_server_ends_a_run_and_takes_no_memory(
    own_home: Home, tmp_path: Path, name: str
) -> None:
    script, codes = ENDINGS[name]
    with Service(script) as service:
        ran = _run(own_home, service.url, talk_in(tmp_path))

    assert ran.code in codes, ran.stderr
    assert len([notice for notice in ran.notices if "error" in notice]) == (
        1 if ran.code else 0
    )


def test_who_listens_where_a_server_was_killed_hears_nothing(
    own_home: Home, tmp_path: Path
) -> None:
    with own_home.process("serve", "--recognizer", "scripted") as server:
        assert server.stderr is not None
        server.stderr.readline()
        left_behind = own_home.address
        os.kill(server.pid, signal.SIGKILL)
        server.wait()
    port = int(left_behind.url.rsplit(":", 1)[1])

    with Service(Peer.rest, port=port) as impostor:
        ran = own_home.run("stream", talk_in(tmp_path), "--json")

    assert own_home.address.url != left_behind.url
    assert impostor.peers == []
    assert ran.code == 0
