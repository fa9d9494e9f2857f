"""Clients that mean harm, on a real server; another speaks meanwhile, undisturbed."""

import json
import socket
from collections.abc import Callable
from contextlib import ExitStack
from threading import Event

import pytest
import websocket

from tests.scripted_speech import speech
from tests.server_process import ServerProcess, running_server
from tests.socket_line import SocketLine, kind

from .attacker import (
    BINARY,
    LIMIT,
    PING,
    PONG,
    TEXT,
    connect,
    connect_narrowly,
    dial,
    frame,
    head,
    read_aside,
    read_to_end,
    request,
    shake_hands,
    undisturbed,
    upgrade,
)

START = b'{"type":"start_request"}'


@pytest.mark.parametrize(
    "nuisance",
    [
        frame(TEXT, b"x"),
        frame(TEXT, START),
        frame(TEXT, b"__PING__"),
        frame(BINARY, b"\0\0"),
        frame(BINARY),
        frame(PING, b"x"),
        frame(PING, bytes(125)),
    ],
    ids=["garbage", "starts", "pings in words", "samples", "nothing", "pings", "long"],
)
def test_a_flood_of_frames_takes_nobody_elses_turn(
    server: ServerProcess, nuisance: bytes
) -> None:
    with (
        undisturbed(server, growth=30) as neighbour,
        upgrade(server, "flood") as (line, _),
        read_aside(line),
    ):
        line.sendall(frame(TEXT, START))
        for _ in range(20):
            line.sendall(nuisance * 1000)
            neighbour.send("__PING__")
            assert _pong(neighbour)


def _pong(line: SocketLine) -> bool:
    """Whether, among other frames, the answer to a ping comes."""
    while (text := line.socket.recv()) != "__PONG__":
        line.frames.append(json.loads(text))
    return True


@pytest.mark.parametrize(
    "nuisance",
    [frame(PING, bytes(125)), frame(TEXT, b"{}")],
    ids=["pings", "garbage"],
)
def test_who_reads_nothing_is_not_written_to_without_end(
    server: ServerProcess, nuisance: bytes
) -> None:
    with undisturbed(server, growth=15), upgrade(server, "deaf") as (line, _):
        line.settimeout(1)
        sent = 0
        try:
            while sent < 30e6:
                sent += line.send(nuisance * 1000)
        except TimeoutError:
            pass  # the server does not read on either


def test_who_leaves_with_much_unread_is_forgotten(server: ServerProcess) -> None:
    with undisturbed(server, growth=30), dial(server, "gone") as line:
        line.start(streamId="s", epoch=1, noConnectionTimeout=0)
        line.audio(speech(*["Who books the room?"] * 20, pause=1.0))
        line.stop()


def test_who_leaves_at_a_rate_that_is_not_ours_breaks_nothing(
    server: ServerProcess,
) -> None:
    rate = {"speechRecognition": {"encoding": "LINEAR16", "sampleRateHertz": 44100}}
    with undisturbed(server, growth=30), dial(server, "brusque") as line:
        line.start(config=rate)
        line.audio(speech("Who books the room?", sample_rate=44100))


def test_a_thousand_idle_sockets_are_no_burden(server: ServerProcess) -> None:
    with undisturbed(server, growth=120), ExitStack() as stack:
        for number in range(1000):
            _, answer = stack.enter_context(upgrade(server, f"idle-{number}"))
            assert answer.startswith("HTTP/1.1 101")


def test_half_a_request_is_waited_for_only_a_while(server: ServerProcess) -> None:
    host = server.address.url.removeprefix("http://")
    with undisturbed(server, growth=30), ExitStack() as stack:
        lines = [stack.enter_context(connect(server)) for _ in range(200)]
        for line in lines[1:]:
            line.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n")
        # Half a second one, behind a whole one.
        lines[0].sendall(f"GET /health HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert lines[0].recv(1 << 16).startswith(b"HTTP/1.1 200")
        lines[0].sendall(b"GET /health HT")

        for line in lines:
            read_to_end(line)


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_a_frame_of_64_megabytes_ends_its_socket_early(
    server: ServerProcess, opcode: int
) -> None:
    with undisturbed(server, growth=30), upgrade(server, "large") as (line, _):
        line.sendall(head(opcode, 64 << 20))
        sent = 0
        try:
            while sent < 64 << 20:
                sent += line.send(b"x" * (1 << 16))
        except ConnectionError:
            pass
        assert sent < 16 << 20


def test_a_message_is_read_up_to_a_mebibyte_and_no_further(
    server: ServerProcess,
) -> None:
    with undisturbed(server, growth=30), upgrade(server, "large") as (line, _):
        line.sendall(frame(TEXT, b"x" * (1 << 20)))
        line.sendall(frame(TEXT, b"x" * ((1 << 20) + 1)))

        answers = read_to_end(line)

    assert b"it may have 131072" in answers
    # A close frame with 1009.
    assert answers[answers.index(b"\x88") + 2 :][:2] == (1009).to_bytes(2)


def test_a_compressed_bomb_finds_nothing_that_would_inflate_it(
    server: ServerProcess,
) -> None:
    offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"
    with (
        undisturbed(server, growth=30),
        upgrade(server, "bomb", offer) as (line, answer),
    ):
        assert "permessage-deflate" not in answer
        line.sendall(frame(TEXT, b"\xec\xc1\x01\x01" + bytes(1000), bits=0xC0))

        assert read_to_end(line) == b""


@pytest.mark.parametrize(
    "text",
    [
        "[" * 500_000,
        '{"type":' * 100_000,
        '{"type":"start_request","speaker":' + '{"a":' * 10_000 + "1" + "}" * 10_001,
        '{"type":"start_request","noConnectionTimeout":' + "9" * 900_000 + "}",
        '{"type":"start_request","noConnectionTimeout":1e999999}',
        '{"type":"start_request","noConnectionTimeout":NaN}',
        '{"type":"start_request","config":{"confidenceThreshold":-1e308}}',
        '{"type":"skip","from":-1,"to":' + "9" * 4000 + "}",
        '{"type":"' + "x" * 900_000 + '"}',
        '{"type":"x",' + ",".join(f'"{n:x}":1' for n in range(100_000)) + "}",
        '{"type":"x",' + '"a":1,' * 150_000 + '"a":2}',
        '{"type":"start_request","speaker":{"name":"\\ud800"}}',
        '{"type":"start_request","epoch":9223372036854775808}',
        '{"type":"start_request","type":"stop_request","type":7}',
    ],
    ids=lambda text: text[:40],
)
def test_json_that_is_meant_to_hurt_is_told_and_the_socket_stays(
    server: ServerProcess, text: str
) -> None:
    with undisturbed(server, growth=60), dial(server, "json") as line:
        line.send(text)
        line.send("__PING__")

        answers = [line.socket.recv()]
        while answers[-1] != "__PONG__":
            answers.append(line.socket.recv())

    assert all(len(answer) < 2000 for answer in answers)


@pytest.mark.parametrize("value", [{}, [], 7, None, "x" * 100])
def test_no_value_of_redaction_ends_a_start(
    server: ServerProcess, value: object
) -> None:
    fields = {"identifyContent": value, "redactContent": value}
    with dial(server, "redaction") as line:
        line.start(config={"redaction": {**fields, "redactionString": value}})


def test_a_client_that_never_answers_the_close_is_cut(server: ServerProcess) -> None:
    """Nor reads: some of what it is told has not left the server's hands by then."""
    with undisturbed(server, growth=30), connect_narrowly(server) as line:
        shake_hands(server, line, "mute")
        # More answers than wait on the way, fewer than make the server wait.
        line.sendall(frame(TEXT, b"{}") * 1100)
        line.sendall(frame(TEXT, START) + frame(TEXT, b'{"type":"stop_request"}'))

        with pytest.raises(ConnectionError):
            _stay(line)


def _stay(line: socket.socket) -> None:
    """Say what needs no answer, as long as the other end is there."""
    pause = Event()
    for _ in range(LIMIT * 4):
        line.sendall(frame(PONG))
        pause.wait(0.25)


@pytest.mark.parametrize(
    "cut_short",
    [
        b"\x80",
        b"\x81\xff\xff",
        frame(TEXT, b"{")[:-1],
        frame(TEXT, b"\xed\xa0\x80"),
        b"\xff" * 50,
        frame(3),
        b"GET",
    ],
)
def test_bytes_that_are_no_frames_end_their_socket_alone(
    server: ServerProcess, cut_short: bytes
) -> None:
    with undisturbed(server, growth=30), upgrade(server, "noise") as (line, _):
        line.sendall(cut_short)
        line.shutdown(socket.SHUT_WR)

        read_to_end(line)


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda whole: whole.replace(b"Host: ", b"Host: \xff"),
        lambda whole: whole.replace(b"/v1", b"/v1/%ff%00%0d%0aX: y"),
        lambda whole: whole.replace(b"Version: 13", b"Version: 99"),
        lambda whole: whole.replace(b"\r\n\r\n", b"\r\nX: " + b"y" * 70_000),
        lambda _: b"\x16\x03\x01" + bytes(200),
        lambda whole: whole.replace(b"Upgrade: websocket", b"Upgrade: \x00\x01"),
    ],
)
def test_a_handshake_that_is_none_ends_alone(
    server: ServerProcess, spoilt: Callable[[bytes], bytes]
) -> None:
    with undisturbed(server, growth=30), connect(server) as line:
        line.sendall(spoilt(request(server, "/v1/streaming/x")))
        line.shutdown(socket.SHUT_WR)

        assert b" 101 " not in read_to_end(line)


def test_where_there_is_room_for_no_more_the_next_are_turned_away() -> None:
    # 100 files are kept for the store and the recognisers.
    limited = ("prlimit", "--nofile=160")
    with running_server(before=limited) as server, ExitStack() as stack:
        with undisturbed(server, growth=30):
            idle = [stack.enter_context(connect(server)) for _ in range(59)]
            with (
                pytest.raises(websocket.WebSocketBadStatusException) as refused,
                dial(server, "late"),
            ):
                pass
            for line in idle:
                line.close()

        assert refused.value.status_code == 503
        with dial(server, "later") as later:
            later.start()


def test_a_socket_ends_at_once_when_its_client_closes_first(
    server: ServerProcess,
) -> None:
    with dial(server, "brief") as line:
        line.start()

        line.socket.send_close(1000)
        line.rest()

    assert line.close_code == 1000
    assert kind(line.frames[-1]) == "recognition_started"
