"""One server per store: found at once where it lives, and else started."""

import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest
from filelock import FileLock

from symbl_cli import __version__
from symbl_cli.config.endpoint import Endpoint
from symbl_cli.config.places import NoFolder, Places
from symbl_cli.connect import child
from symbl_cli.connect.launcher import LocalServer
from symbl_cli.errors import MissingError, UnreachableError
from symbl_cli.private import FILE
from symbl_cli.protocol.local import (
    LOCK_FILE,
    SERVER_FILE,
    ServerAddress,
    decode_address,
    encode_address,
)

STAND_IN = (sys.executable, str(Path(__file__).with_name("stand_in_server.py")))
TOKEN = "token-of-"
REFUSED = UnreachableError("refused")

Finding = Callable[..., LocalServer]


@pytest.fixture
def places(tmp_path: Path) -> Places:
    names = ("home", "config", "data", "state", "cache")
    return Places(**{name: tmp_path / name for name in names})


@pytest.fixture
def data(places: Places) -> Path:
    assert isinstance(places.data, Path)
    places.data.mkdir()
    return places.data


@pytest.fixture
def finding(places: Places) -> Iterator[Finding]:
    """Local servers on the stand-in; whatever was started is ended with the test."""
    made: list[LocalServer] = []

    def find(*options: str, patience: float = 10.0) -> LocalServer:
        server = LocalServer(places, command=(*STAND_IN, *options), patience=patience)
        made.append(server)
        return server

    yield find
    for known in [server.known() for server in made]:
        if known is not None and known.token().startswith(TOKEN):
            with suppress(ProcessLookupError):
                os.kill(pid_of(known), signal.SIGKILL)


def pid_of(endpoint: Endpoint) -> int:
    return int(endpoint.token().removeprefix(TOKEN))


def kill(endpoint: Endpoint) -> None:
    os.kill(pid_of(endpoint), signal.SIGKILL)
    os.waitpid(pid_of(endpoint), 0)


def write_address(data: Path, **changes: object) -> ServerAddress:
    fields = {
        "url": f"http://127.0.0.1:{free_port()}",
        "token": "a-token",
        "pid": os.getpid(),
        "version": __version__,
    }
    address = ServerAddress(**(fields | changes))  # type: ignore[arg-type]  # a test's
    (data / SERVER_FILE).write_text(encode_address(address))
    return address


def held(data: Path) -> FileLock:
    """The lock as a server that lives holds it."""
    return FileLock(data / LOCK_FILE, mode=FILE)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_an_address_on_file_is_believed_at_once(finding: Finding, data: Path) -> None:
    address = write_address(data)

    with held(data):
        endpoint = finding()()

    assert (
        endpoint.http_url,
        endpoint.ws_url,
        endpoint.token(),
        endpoint.is_local,
    ) == (
        address.url,
        address.url.replace("http", "ws"),
        "a-token",
        True,
    )


def test_without_an_address_a_server_is_started(finding: Finding, data: Path) -> None:
    server = finding()

    endpoint = server()

    assert server.why_no_store == ""
    on_file = decode_address((data / SERVER_FILE).read_text())
    assert endpoint.http_url == on_file.url
    assert server().http_url == endpoint.http_url


def test_a_server_is_found_by_the_next_client(finding: Finding) -> None:
    assert finding()().http_url == finding()().http_url


@contextmanager
def _somebody_listening() -> Iterator[tuple[str, list[bytes]]]:
    """Where a server of ours was: the URL, and what is said to whoever is there now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        heard: list[bytes] = []

        def serve() -> None:
            with suppress(OSError):
                while True:
                    line, _ = listener.accept()
                    with line:
                        heard.append(line.recv(65536))
                        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        thread = Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", heard
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _dead_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        return process.pid


def test_nothing_is_said_to_who_listens_where_a_server_was_killed(
    finding: Finding, data: Path
) -> None:
    # Its process id is in use, by us: that proves nothing.
    with _somebody_listening() as (url, heard):
        write_address(data, url=url)

        endpoint = finding()()

    assert (endpoint.http_url != url, heard) == (True, [])


def test_nor_while_the_next_server_begins(finding: Finding, data: Path) -> None:
    with _somebody_listening() as (url, heard), held(data):
        write_address(data, url=url, pid=_dead_pid())
        server = finding(patience=0.0)

        with pytest.raises(MissingError, match="and does not answer"):
            server()

    assert (server.known(), heard) == (None, [])


def test_a_server_whose_process_is_not_to_be_seen_is_looked_at_twice(
    finding: Finding, data: Path
) -> None:
    with _somebody_listening() as (url, heard), held(data):
        write_address(data, url=url, pid=_dead_pid())

        endpoint = finding()()

    assert (endpoint.http_url, len(heard)) == (url, 1)


def test_an_address_elsewhere_is_none_of_a_server_of_ours(
    finding: Finding, data: Path
) -> None:
    write_address(data, url="http://meetings.invalid:80")

    with held(data), pytest.raises(MissingError, match="left no address"):
        finding(patience=0.2)()


@pytest.mark.skipif(sys.platform == "win32", reason="has other permissions")
def test_an_address_that_others_can_change_is_not_believed(
    finding: Finding, data: Path
) -> None:
    write_address(data)
    (data / SERVER_FILE).chmod(0o666)

    with held(data), pytest.raises(MissingError, match="left no address"):
        finding(patience=0.2)()


@pytest.mark.skipif(sys.platform == "win32", reason="has other permissions")
def test_an_address_of_another_user_is_not_believed(
    finding: Finding, data: Path
) -> None:
    write_address(data)
    if os.geteuid():
        pytest.skip("cannot make a file of another user's")
    os.chown(data / SERVER_FILE, 65534, 65534)

    with held(data), pytest.raises(MissingError, match="left no address"):
        finding(patience=0.2)()


@pytest.mark.skipif(sys.platform == "win32", reason="has other permissions")
@pytest.mark.parametrize("name", [".", LOCK_FILE])
def test_what_others_could_have_changed_is_looked_at_and_closed_to_them(
    finding: Finding, data: Path, name: str
) -> None:
    with _somebody_listening() as (url, heard), held(data):
        write_address(data, url=url)
        (data / name).chmod(0o777)

        endpoint = finding()()

    # At a glance it would not have been asked whether it is well.
    assert (endpoint.http_url, len(heard)) == (url, 1)
    assert not (data / name).stat().st_mode & 0o077


def test_a_server_without_files_is_not_dialled_when_it_was_killed(
    finding: Finding, data: Path
) -> None:
    (data / LOCK_FILE).mkdir()
    server = finding()
    first = server()
    os.kill(pid_of(first), signal.SIGKILL)
    os.waitid(os.P_PID, pid_of(first), os.WEXITED | os.WNOWAIT)

    assert server().http_url != first.http_url


@pytest.mark.parametrize("content", ["", "{", '{"url": 1}', "[]", "\x00\xff"])
def test_a_damaged_address_is_as_good_as_none(
    finding: Finding, data: Path, content: str
) -> None:
    (data / SERVER_FILE).write_bytes(content.encode("latin-1"))

    assert pid_of(finding()()) > 0


def test_a_server_that_answers_is_kept_and_not_dialled_again_and_again(
    finding: Finding,
) -> None:
    server = finding()
    first = server()

    is_worth_another = server.failed(first, REFUSED)
    second = server()

    assert (is_worth_another, second.http_url) == (True, first.http_url)
    assert not server.failed(second, REFUSED)


def test_a_killed_server_is_replaced(finding: Finding) -> None:
    server = finding()
    first = server()
    kill(first)

    assert server.failed(first, REFUSED)

    assert server().http_url != first.http_url


def test_a_server_that_another_client_restarted_is_believed(
    finding: Finding, data: Path
) -> None:
    write_address(data)
    server = finding()
    old = server()
    new = write_address(data)

    assert server.failed(old, REFUSED)

    assert server().http_url == new.url


def test_a_lock_held_by_something_silent_is_said_with_a_remedy(
    finding: Finding, data: Path
) -> None:
    write_address(data)
    server = finding(patience=0.2)

    with held(data):
        server.failed(server(), REFUSED)
        with pytest.raises(MissingError) as caught:
            server()

    assert caught.value.message == (
        f"a server holds {data / LOCK_FILE} (process {os.getpid()}) and does not answer"
    )


def test_nobody_is_told_to_end_a_process_that_is_no_server(
    finding: Finding, data: Path
) -> None:
    if not Path("/proc/self/cmdline").exists():
        pytest.skip("needs /proc")
    with subprocess.Popen(["sleep", "60"]) as other:
        write_address(data, pid=other.pid)
        server = finding(patience=0.2)

        with held(data):
            server.failed(server(), REFUSED)
            with pytest.raises(MissingError) as caught:
                server()
        other.kill()

    assert "kill" not in caught.value.suggestion


def test_a_running_server_of_another_version_is_said(
    finding: Finding, data: Path
) -> None:
    running = finding()
    running()
    address = decode_address((data / SERVER_FILE).read_text())
    write_address(data, url=address.url, version="0.0.9", pid=address.pid)

    with pytest.raises(MissingError) as caught:
        finding()()

    os.kill(address.pid, signal.SIGKILL)
    assert caught.value.message == (
        f"a server of symbl 0.0.9 is running (process {address.pid}), "
        f"this is symbl {__version__}"
    )


def test_an_address_that_another_version_left_behind_is_no_hindrance(
    finding: Finding, data: Path
) -> None:
    write_address(data, version="0.0.9")

    assert pid_of(finding()()) > 0


def test_a_child_that_dies_is_told_by_its_last_words(finding: Finding) -> None:
    with pytest.raises(MissingError) as caught:
        finding("--die", "no such model")()

    assert caught.value.message == (
        "the server ended with 1 before it was ready: no such model"
    )


def test_a_child_that_is_never_ready_is_ended_and_told(finding: Finding) -> None:
    with pytest.raises(MissingError) as caught:
        finding("--never-ready", patience=1.0)()

    assert caught.value.message.startswith("the server was not ready after 1 s")


def test_a_server_that_was_not_ready_in_time_has_longer_the_next_time(
    finding: Finding,
) -> None:
    server = finding("--slow", "1.5", patience=1.0)

    def is_ready(_: int) -> bool:
        with suppress(MissingError):
            return pid_of(server()) > 0
        return False

    # How many tries it takes depends on the computer; without more time none would do.
    assert any(map(is_ready, range(5)))


def test_a_child_that_talks_nonsense_is_ended_and_told(
    finding: Finding, tmp_path: Path
) -> None:
    with pytest.raises(MissingError) as caught:
        finding("--nonsense", str(tmp_path / "pid"))()

    assert caught.value.message == "the server's first words make no sense: 'Welcome!'"
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_a_command_that_is_not_there_is_told(places: Places) -> None:
    with pytest.raises(MissingError, match="the server cannot be started: No such"):
        LocalServer(places, command=("/nowhere/python",))()


def test_without_a_folder_the_server_runs_without_files(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    nowhere = NoFolder("there is no home folder")
    places = Places(
        home=nowhere,
        config=nowhere,
        data=tmp_path / "file" / "data",
        state=nowhere,
        cache=nowhere,
    )
    server = LocalServer(places, command=STAND_IN)

    endpoint = server()

    assert server.why_no_store == (
        f"{tmp_path / 'file' / 'data'} cannot be made: Not a directory"
        "; make it a folder that you can write to"
    )
    assert server().http_url == endpoint.http_url
    kill(endpoint)
    server.failed(endpoint, REFUSED)
    again = server()
    kill(again)
    assert again.http_url != endpoint.http_url


def test_without_file_locks_the_server_runs_without_files(
    finding: Finding, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)  # as a file system that has none
    server = finding()

    assert pid_of(server()) > 0
    assert (
        server.why_no_store
        == f"{data} has no file locks; put it on a disk of this computer"
    )
    assert not (data / SERVER_FILE).exists()


@pytest.mark.parametrize("name", [LOCK_FILE, SERVER_FILE])
def test_a_folder_in_the_place_of_a_file_of_the_server_is_told(
    finding: Finding, data: Path, name: str
) -> None:
    (data / name).mkdir()
    server = finding()

    assert pid_of(server()) > 0
    assert server.why_no_store == (
        f"{data / name} is no file of the server; move it away"
    )


def test_a_link_in_the_place_of_the_lock_is_told(finding: Finding, data: Path) -> None:
    (data / LOCK_FILE).symlink_to(data / "elsewhere")
    server = finding()

    assert pid_of(server()) > 0
    assert server.why_no_store == (
        f"{data / LOCK_FILE} is no file of the server; move it away"
    )


def test_a_pipe_in_the_place_of_the_address_holds_nobody_up(
    finding: Finding, data: Path
) -> None:
    pipe = data / SERVER_FILE
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(finding())
        try:
            assert pid_of(found.result(20)) > 0
        finally:
            if pipe.is_fifo():  # who hangs there is to hang no more
                os.close(os.open(pipe, os.O_RDWR))


def test_a_missing_extra_is_named_with_the_command_that_installs_it(
    finding: Finding, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "_NEEDS", ("starlette", "no_such_module"))

    with pytest.raises(MissingError) as caught:
        finding()()

    assert caught.value.message == (
        "the embedded server is not installed (no no_such_module)"
    )
    assert "pip install" in caught.value.suggestion


def test_ten_clients_at_once_end_with_one_server(finding: Finding) -> None:
    servers = [finding() for _ in range(10)]

    with ThreadPoolExecutor(10) as pool:
        endpoints = list(pool.map(lambda server: server(), servers))

    assert len({endpoint.http_url for endpoint in endpoints}) == 1
