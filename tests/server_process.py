"""A real embedded server as a child process, for tests."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from symbl_cli.protocol.local import ServerAddress, decode_address

ROOT = Path(__file__).parents[1]


class ServerProcess:
    """Started with the scripted recogniser; ended, with its group, at the end."""

    def __init__(
        self,
        data_folder: Path | None,
        arguments: Sequence[str] = (),
        *,
        before: Sequence[str] = (),
    ) -> None:
        """*before*: a command that runs the one given to it."""
        place = (
            ["--no-files"] if data_folder is None else ["--data-folder", data_folder]
        )
        self._process = subprocess.Popen(
            [
                *(*before, sys.executable, "-m", "symbl_cli.server"),
                *(*map(str, place), *arguments),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(f"no ready line: {self.ended()}")
        self.address: ServerAddress = decode_address(line)

    @property
    def ws_url(self) -> str:
        return self.address.url.replace("http", "ws", 1)

    def kill(self) -> None:
        """SIGKILL: nothing is put in order."""
        self._process.kill()
        self._process.wait(10)

    def ended(self, timeout: float = 20) -> tuple[int, str]:
        """Its exit code and stderr once it has ended by itself."""
        _, errors = self._process.communicate(timeout=timeout)
        return self._process.returncode, errors

    def end_well(self) -> None:
        """Ask it to end; it must have had nothing of its own to complain of."""
        os.kill(self.address.pid, signal.SIGTERM)
        code, errors = self.ended()
        assert code == 0, errors
        assert "ERROR" not in errors, errors
        assert "Traceback" not in errors, errors

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.communicate()


@contextmanager
def running_server(
    data_folder: Path | None = None,
    arguments: Sequence[str] = ("--recognizer", "scripted"),
    *,
    before: Sequence[str] = (),
) -> Iterator[ServerProcess]:
    server = ServerProcess(data_folder, arguments, before=before)
    try:
        yield server
    finally:
        server.stop()


def limited(*limits: str) -> tuple[str, ...]:
    """The options of a server that set *limits*."""
    return tuple(option for limit in limits for option in ("--limit", limit))


def stored_at(address: ServerAddress, conversation: str | None) -> list[str]:
    """All that was said in *conversation*, as the server there tells."""
    request = Request(
        f"{address.url}/v1/conversations/{conversation}/messages",
        headers={"Authorization": f"Bearer {address.token}"},
    )
    with urlopen(request, timeout=20) as answer:
        return [str(message["text"]) for message in json.load(answer)["messages"]]


def frame(text: str | bytes) -> dict[str, object]:
    """A frame as JSON."""
    fields = json.loads(text)
    assert isinstance(fields, dict)
    return fields
