"""`symbl serve` with every option it has."""

import shlex
import ssl
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
import websocket

from symbl_cli.errors import UsageError
from symbl_cli.server.credentials import read_credentials
from symbl_cli.server.foreground import run_foreground
from symbl_cli.server.settings import ServerSettings, TlsFiles
from symbl_cli.server.tls import check_tls
from tests.command_line import Home
from tests.scripted_speech import silence, speech
from tests.security.serving import CERTIFICATE, ask, serving, token_of
from tests.socket_line import SocketLine, kind

PAIR = {"SYMBL_APP_ID": "an-id", "SYMBL_APP_SECRET": "a-secret-for-tests"}
TLS = ("--tls-cert", CERTIFICATE, "--tls-key", CERTIFICATE)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def _dial(url: str, token: str, room: str = "room") -> SocketLine:
    return SocketLine.dial(url.replace("http", "ws", 1), token, room=room)


def test_beyond_this_computer_it_asks_for_tls(home: Home) -> None:
    ran = home.run("serve", "--host", "0.0.0.0")

    assert ran.code == 2
    assert "on 0.0.0.0 others could listen in on the line: there is no TLS" in (
        ran.stderr
    )
    assert "--tls-cert" in ran.stderr
    assert "--insecure" in ran.stderr


@pytest.mark.parametrize(
    ("host", "needs_tls"),
    [
        ("::", True),
        ("192.0.2.7", True),
        ("example.org", True),
        ("127.0.0.1.example", True),
        ("127.1.2.3", False),
        ("[::1]", False),
        ("LOCALHOST", False),
    ],
)
def test_loopback_alone_needs_no_tls(host: str, *, needs_tls: bool) -> None:
    settings = ServerSettings(data_folder=None, host=host)

    with pytest.raises(UsageError) if needs_tls else nullcontext():
        check_tls(settings, is_insecure=False)


@pytest.mark.parametrize(
    ("certificate", "key", "sentence"),
    [
        (Path("none.pem"), CERTIFICATE, "cannot read none.pem"),
        (CERTIFICATE, Path("none.pem"), "No such file"),
        (Path(__file__), CERTIFICATE, "are not a certificate and its key"),
    ],
)
def test_tls_files_that_are_none_are_told(
    certificate: Path, key: Path, sentence: str
) -> None:
    settings = ServerSettings(data_folder=None, tls=TlsFiles(certificate, key))

    with pytest.raises(UsageError, match=sentence):
        check_tls(settings, is_insecure=False)


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (Path("none.toml"), "cannot read none.toml"),
        (Path(__file__), "is not valid TOML"),
        (Path(sys.executable), "is not UTF-8 text"),
    ],
)
def test_a_credentials_file_that_is_none_is_told(file: Path, sentence: str) -> None:
    settings = ServerSettings(data_folder=None)

    with pytest.raises(UsageError, match=sentence):
        run_foreground(settings, {}, pytest.fail, credentials=file)


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (0o600, None),
        (0o640, "can be read by"),
        (0o604, "can be read by"),
        (0o666, "can be changed by"),
    ],
)
def test_a_file_of_secrets_that_others_have_a_hand_on_is_told(
    home: Home, tmp_path: Path, mode: int, said: str | None
) -> None:
    pairs, key = tmp_path / "tenants of acme.toml", tmp_path / "key.pem"
    pairs.write_text(home.run("serve", "--new-pair", "acme").stdout)
    key.write_bytes(CERTIFICATE.read_bytes())
    for file in (pairs, key):
        file.chmod(mode)
    tls = ("--tls-cert", CERTIFICATE, "--tls-key", key)

    with serving(home, "--credentials", pairs, *tls) as served:
        pass

    told = [line for line in served.said.splitlines() if "other users" in line]
    assert told == [
        f"{file} {said} other users: chmod 600 {shlex.quote(str(file))}"
        for file in (pairs, key)
        if said
    ]


def test_half_of_tls_is_none(home: Home) -> None:
    ran = home.run("serve", "--tls-cert", CERTIFICATE)

    assert ran.code == 2
    assert "give --tls-key" in ran.stderr


def test_with_tls_it_is_reached_by_tls_and_indoors_without(home: Home) -> None:
    with serving(home, *TLS, "--host", "0.0.0.0", **PAIR) as served:
        assert served.url.startswith("https://0.0.0.0:")
        url = served.url.replace("0.0.0.0", "127.0.0.1")
        token = token_of(url, *PAIR.values())
        line = websocket.create_connection(
            f"{url.replace('https', 'wss')}/v1/streaming/x".replace(
                "127.0.0.1", "localhost"
            ),
            header=[f"X-API-KEY: {token}"],
            sslopt={"context": ssl.create_default_context(cafile=CERTIFICATE)},
            timeout=20,
        )
        with SocketLine(line) as spoken:
            spoken.start()
            spoken.audio(speech("The van is late."))
            spoken.stop()
            spoken.rest()
        listed = home.run("conversation", "list", "--json")
        with pytest.raises(ConnectionError):
            ask(url.replace("https", "http"), "GET", "/health")

    assert spoken.texts() == ["The van is late."]
    assert listed.code == 0
    assert len(listed.stdout.splitlines()) == 1


@pytest.mark.parametrize("host", ["::1", "localhost"])
def test_loopback_has_several_names(home: Home, host: str) -> None:
    with serving(home, "--host", host, **PAIR) as served:
        token = token_of(served.url, *PAIR.values())
        with _dial(served.url, token) as spoken:
            spoken.start()
            spoken.stop()
            spoken.rest()
        listed = home.run("conversation", "list")

    assert spoken.close_code == 1000
    assert listed.code == 0


def test_bound_to_every_address_it_goes_by_each_of_them_alone(home: Home) -> None:
    arguments = ("--host", "0.0.0.0", "--insecure", "--allow-host", "symbl.example")
    with serving(home, *arguments, **PAIR) as served:
        port = served.url.rpartition(":")[2]
        answers = {
            host: ask(
                served.url.replace("0.0.0.0", "127.0.0.2"),
                "GET",
                "/health",
                headers={"Host": host},
            )[0]
            for host in (
                f"127.0.0.2:{port}",
                f"localhost:{port}",
                "symbl.example",
                "symbl.example:81",
                f"127.0.0.3:{port}",
                "127.0.0.2",
                f"evil.example:{port}",
            )
        }
        listed = home.run("conversation", "list")

    assert list(answers.values()) == [200, 200, 200, 200, 403, 403, 403]
    assert listed.code == 0


def test_a_new_pair_is_a_line_for_the_file_and_a_secret_beside_it(
    home: Home, tmp_path: Path
) -> None:
    file = tmp_path / "tenants.toml"
    made = [home.run("serve", "--new-pair", name) for name in ("acme", "acme", "b.org")]
    file.write_text("".join(one.stdout for one in made))
    ids = [one.stderr.split("app id ")[1].split()[0] for one in made]
    secrets = [one.stderr.split("app secret ")[1].split()[0] for one in made]

    assert [pair.app_id for pair in read_credentials(file.read_text())] == ids
    assert not any(secret in file.read_text() for secret in secrets)
    with serving(home, "--credentials", file, **PAIR) as served:
        tokens = [
            token_of(served.url, *pair) for pair in zip(ids, secrets, strict=True)
        ]
        body = {"appId": "an-id", "appSecret": PAIR["SYMBL_APP_SECRET"]}
        refused = ask(served.url, "POST", "/oauth2/token:generate", body=body)

    assert len(set(tokens)) == 3
    assert refused[0] == 401
    assert "app secret" not in served.said


def test_silence_ends_a_conversation_only_when_asked(home: Home) -> None:
    with serving(home, "--max-silence", "2", **PAIR) as served:
        token = token_of(served.url, *PAIR.values())
        with _dial(served.url, token) as line:
            line.start(disconnectOnStopRequest=False, disconnectOnStopRequestTimeout=60)
            line.audio(speech("The van is late.") + silence(3))

            line.rest()

    assert line.texts() == ["The van is late."]
    assert [kind(frame) for frame in line.frames[-2:]] == [
        "conversation_completed",
        "recognition_stopped",
    ]
    assert line.close_code == 1000


def test_more_streams_than_asked_for_are_sent_away(home: Home) -> None:
    with serving(home, "--max-streams", "1", **PAIR) as served:
        token = token_of(served.url, *PAIR.values())
        with (
            _dial(served.url, token, "first") as first,
            _dial(served.url, token, "second") as second,
        ):
            first.start()
            second.send({"type": "start_request"})
            second.rest()
            first.audio(speech("The van is late."))
            first.stop()
            first.rest()

    assert second.close_code == 1013
    assert kind(second.frames[-1]) == "error"
    assert first.texts() == ["The van is late."]


def test_the_command_line_says_when_the_server_has_ended_it(home: Home) -> None:
    with (
        serving(home, "--max-silence", "2"),
        home.process("stream", "-") as run,
    ):
        assert run.stdin is not None
        run.stdin.write(speech("The van is late."))
        run.stdin.flush()

        # Its stdin stays open: it ends by itself.
        out, errors = run.stdout, run.stderr
        assert run.wait(60) == 5
        assert out is not None
        assert errors is not None
        assert b"The van is late." in out.read()
        assert b"the server ended the conversation before it was asked" in errors.read()
