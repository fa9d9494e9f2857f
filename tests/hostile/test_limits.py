"""Each limit of a peer, made short; another speaks meanwhile, undisturbed."""

import http.client
import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import pytest

from symbl_cli.errors import UsageError
from symbl_cli.server.limits import Limits, read_limits
from tests.command_line import Home
from tests.scripted_speech import speech
from tests.security.serving import CERTIFICATE, serving
from tests.server_process import ServerProcess, limited, running_server

from .attacker import (
    TEXT,
    connect,
    dial,
    head,
    read_to_end,
    undisturbed,
    upgrade,
)

SHORT = ("head=0.5", "body=0.5", "stalled=0.5", "held=2e6")


def _limited(*limits: str) -> tuple[str, ...]:
    return ("--recognizer", "scripted", *limited(*limits))


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server whose patience is half a second."""
    with running_server(tmp_path_factory.mktemp("short"), _limited(*SHORT)) as server:
        yield server
        server.end_well()


@contextmanager
def _trickling(line: socket.socket, piece: bytes) -> Iterator[None]:
    """*piece* again and again, so that there is always something new."""
    is_over = Event()
    thread = Thread(target=_trickle, args=(line, piece, is_over))
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join(20)


def _trickle(line: socket.socket, piece: bytes, is_over: Event) -> None:
    with suppress(OSError):
        while not is_over.wait(0.05):
            line.sendall(piece)


def _post(server: ServerProcess, path: str, token: str, size: int) -> bytes:
    host = urlsplit(server.address.url).netloc
    lines = (f"POST {path} HTTP/1.1", f"Host: {host}", f"X-API-KEY: {token}")
    return "\r\n".join((*lines, f"Content-Length: {size}", "", "")).encode()


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n", b"\x16\x03"])
def test_a_head_that_trickles_in_is_not_waited_for(
    short: ServerProcess, said: bytes
) -> None:
    with undisturbed(short, growth=10), connect(short) as line:
        line.sendall(said)
        with _trickling(line, b"a"):
            read = read_to_end(line)

    assert not read or read.split()[1][:1] == b"4"


@pytest.mark.parametrize(
    ("path", "is_known"),
    [("/v1/conversations", True), ("/oauth2/token:generate", False)],
)
def test_a_body_that_trickles_in_is_answered_with_408(
    short: ServerProcess, path: str, *, is_known: bool
) -> None:
    token = short.address.token if is_known else "none"
    with undisturbed(short, growth=10), connect(short) as line:
        line.sendall(_post(short, path, token, 10_000))
        with _trickling(line, b" "):
            read = read_to_end(line)

    assert read.startswith(b"HTTP/1.1 408 ")


def test_the_rest_of_what_was_refused_is_not_waited_for_either(
    short: ServerProcess,
) -> None:
    with undisturbed(short, growth=10), connect(short) as line:
        line.sendall(_post(short, "/v1/conversations", "none", 1 << 40))
        with _trickling(line, b" "):
            read = read_to_end(line)

    assert read.startswith(b"HTTP/1.1 401 ")


def test_a_message_that_trickles_in_is_not_waited_for(short: ServerProcess) -> None:
    with undisturbed(short, growth=10), upgrade(short, "trickle") as (line, _):
        line.sendall(head(TEXT, 100_000))
        with _trickling(line, b" "):
            read = read_to_end(line)

    assert read[2:4] == (1013).to_bytes(2)
    assert read[4:] == b"a message took more than 0.5 s"


def test_who_takes_nothing_of_what_waits_for_it_is_cut(short: ServerProcess) -> None:
    with undisturbed(short, growth=15), upgrade(short, "deaf") as (line, _):
        _flood(line, b"\x81\x82\0\0\0\0{}" * 1000)


def _flood(line: socket.socket, frames: bytes) -> None:
    """Up to where the other end has cut the line; fails where it does not."""
    with suppress(ConnectionError):
        while True:
            line.sendall(frames)


def test_bodies_of_many_take_no_more_room_than_there_is(short: ServerProcess) -> None:
    token = short.address.token
    with undisturbed(short, growth=25), ExitStack() as stack:
        lines = [stack.enter_context(connect(short)) for _ in range(30)]
        for line in lines:
            line.sendall(_post(short, "/v1/conversations", token, 4_000_000))
            with suppress(ConnectionError):
                line.sendall(b" " * 400_000)
        answers = [read_to_end(line).split(b" ", 2)[1] for line in lines]

    assert set(answers) == {b"408", b"429"}


def test_who_waits_with_a_start_for_too_long_is_sent_away() -> None:
    pausing = {"disconnectOnStopRequest": False, "disconnectOnStopRequestTimeout": 60}
    with (
        running_server(arguments=_limited("idle=0.5")) as server,
        undisturbed(server, growth=10),
        dial(server, "waits") as waits,
        dial(server, "pauses") as pauses,
    ):
        pauses.start(**pausing)
        pauses.stop()

        assert waits.rest() == []
        pauses.rest()

    assert (waits.close_code, pauses.close_code) == (1000, 1000)


def test_half_sent_messages_of_many_take_no_more_room_than_there_is() -> None:
    with running_server(arguments=_limited("held=4e6")) as server, ExitStack() as stack:
        rooms = [upgrade(server, f"r{number}") for number in range(40)]
        lines = [stack.enter_context(room)[0] for room in rooms]
        with undisturbed(server, growth=25):
            for line in lines:
                with suppress(ConnectionError):
                    line.sendall(head(TEXT, 900_000) + b" " * 800_000)

        assert sum(_is_open(line) for line in lines) < 8


def _is_open(line: socket.socket) -> bool:
    line.settimeout(0.3)
    try:
        return b"holds too much" not in read_to_end(line)
    except TimeoutError:
        return True


def test_a_handshake_of_tls_that_is_not_ended_is_not_waited_for(tmp_path: Path) -> None:
    tls = ("--tls-cert", CERTIFICATE, "--tls-key", CERTIFICATE, "--limit", "head=0.5")
    with serving(Home(tmp_path), *tls) as served:
        place = urlsplit(served.url)
        where = (place.hostname or "", place.port or 0)
        with socket.create_connection(where, 20) as line:
            line.sendall(b"\x16\x03\x01\x02\x00\x01")
            assert read_to_end(line) == b""
        context = ssl.create_default_context(cafile=CERTIFICATE)
        context.check_hostname = False
        with (
            socket.create_connection(where, 20) as plain,
            context.wrap_socket(plain) as line,
        ):
            assert line.version() is not None


LOST = "x" * 201
MANY = [f"w{number}" for number in range(2001)]


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ({"trackers": [{"name": "T", "vocabulary": MANY}]}, "trackers has 2001 phr"),
        ({"trackers": [{"name": one} for one in MANY]}, "trackers has 2001 phrases"),
        ({"trackers": [{"name": "T", "vocabulary": ["a", LOST]}]}, "vocabulary[1] has"),
        ({"trackers": [{"name": LOST * 3}]}, "trackers[0].name has 603 characters"),
        ({"customVocabulary": MANY}, "customVocabulary has 2001 phrases"),
        ({"customVocabulary": [LOST]}, "customVocabulary[0] has 201 characters"),
        (
            {"config": {"fixes": [{"wrong": one, "right": ""} for one in MANY]}},
            "config.fixes has 2001 phrases, and may have 2000",
        ),
        ({"config": {"fixes": [{"wrong": LOST, "right": ""}]}}, "fixes[0].wrong has"),
        ({"config": {"redact": MANY}}, "config.redact has 2001 kinds"),
        ({"config": {"redaction": {"redactionString": LOST}}}, "redactionString has"),
        ({"config": {"meetingTitle": LOST * 3}}, "config.meetingTitle has 603"),
        ({"meetingTitle": LOST * 3}, "meetingTitle has 603 characters"),
        ({"insightTypes": MANY}, "insightTypes has 2001 kinds, and may have 100"),
        ({"insightTypes": [LOST]}, "insightTypes[0] has 201 characters"),
        ({"speaker": {"name": LOST * 3}}, "speaker.name has 603 characters"),
        ({"speaker": {"userId": LOST * 3}}, "speaker.userId has 603 characters"),
        ({"speaker": {"peer": LOST * 30}}, "speaker has 6042 characters"),
        ({"streamId": LOST, "epoch": 1}, "streamId has 201 characters"),
        ({"client": LOST}, "client has 201 characters"),
        ({"anything": LOST * 700}, "it may have 131072"),
    ],
    ids=lambda case: str(case)[:40],
)
def test_a_start_that_holds_too_much_is_told_so_and_the_socket_stays(
    server: ServerProcess, start: dict[str, object], said: str
) -> None:
    with undisturbed(server, growth=10), dial(server, "greedy") as line:
        line.send({"type": "start_request", **start})
        assert said in str(line.until("error")["details"])
        line.start()
        line.audio(speech("So be it."))
        line.stop()
        line.rest()

    assert line.texts() == ["So be it."]


def test_who_runs_a_server_may_allow_more_phrases_or_fewer() -> None:
    arguments = _limited("phrases=2", "text=300")
    with running_server(arguments=arguments) as server, dial(server, "few") as line:
        line.send({"type": "start_request", "customVocabulary": ["a", "b", "c"]})
        few = line.until("error")
        line.send({"type": "start_request", "anything": "x" * 300})
        short = line.until("error")

    assert few["details"] == "customVocabulary has 3 phrases, and may have 2"
    assert "is too long: it may have 300" in str(short["details"])


def test_streams_beyond_those_that_are_carried_are_told_so() -> None:
    arguments = ("--recognizer", "scripted", "--max-streams", "1")
    with running_server(arguments=arguments) as server, dial(server, "one") as one:
        one.start()
        with dial(server, "two") as two:
            two.send({"type": "start_request"})
            two.rest()
        one.audio(speech("The van is late."))
        one.stop()
        one.rest()

    assert (two.close_code, one.close_code) == (1013, 1000)
    assert one.texts() == ["The van is late."]
    assert "carries 1 stream and" in str(two.frames)


def test_wrong_secrets_are_heard_only_so_often(tmp_path: Path) -> None:
    pair = {"SYMBL_APP_ID": "an-id", "SYMBL_APP_SECRET": "a-secret"}
    limit = ("--limit", "guesses=0.3")
    with serving(Home(tmp_path), *limit, **pair) as served:
        wrong = [_token(served.url, "an-id", "wrong") for _ in range(4)]
        right = _token(served.url, "an-id", "a-secret")
        other = _token(served.url, "another", "wrong")

    assert [status for status, _ in wrong] == [401, 401, 401, 429]
    assert 1 <= int(wrong[3][1]) <= 4
    # Nor is it told whether this one was right.
    assert (right[0], other[0]) == (429, 401)


def _token(url: str, app_id: str, secret: str) -> tuple[int, str]:
    """The status, and how long to wait."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port)
    body = json.dumps({"appId": app_id, "appSecret": secret})
    connection.request("POST", "/oauth2/token:generate", body)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.headers.get("Retry-After", "")


def test_limits_are_read_by_their_names() -> None:
    assert read_limits(["tenant-streams=3", "head=inf"]) == Limits(
        tenant_streams=3.0, head=float("inf")
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("heads=1", "no limit called 'heads'"),
        ("head", "head is not a number above 0"),
        ("head=0", "head is not a number above 0"),
        ("head=-1", "head is not a number above 0"),
        ("head=nan", "head is not a number above 0"),
    ],
)
def test_a_limit_that_is_none_is_told(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_limits([text])
