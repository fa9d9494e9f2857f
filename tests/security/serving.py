"""`symbl serve` as its operator has it, and clients of its tenants."""

import http.client
import json
import os
import signal
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.command_line import Home

CERTIFICATE = Path(__file__).parents[1] / "streaming" / "localhost.pem"
"""For the name localhost, with its key."""
LIMIT = 30
Answer = tuple[int, dict[str, object]]


@dataclass
class Served:
    """A server in the foreground; *said* is its stderr so far, at the end all of it."""

    process: subprocess.Popen[bytes]
    said: str = ""
    out: str = ""

    @property
    def url(self) -> str:
        return self.said.split("listening on ")[1].split()[0]

    def until(self, words: str) -> None:
        """Read stderr up to the line that holds *words*."""
        assert self.process.stderr is not None
        while words not in self.said:
            line = self.process.stderr.readline().decode()
            assert line, f"it ended: {self.said}"
            self.said += line

    def end(self) -> None:
        if self.process.returncode is None:
            os.kill(self.process.pid, signal.SIGTERM)
            out, errors = self.process.communicate(timeout=LIMIT)
            self.out += out.decode()
            self.said += errors.decode()


@contextmanager
def serving(home: Home, *arguments: str | Path, **environment: str) -> Iterator[Served]:
    command = ("serve", "--recognizer", "scripted", *arguments)
    with home.process(*command, **environment) as process:
        served = Served(process)
        served.until("listening on")
        yield served
        served.end()


def ask(
    url: str,
    method: str,
    path: str,
    *,
    token: str = "",
    body: object = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """The answer of the server at *url*, whose certificate is the tests' own."""
    place = urlsplit(url)
    where = (place.hostname or "", place.port)
    if place.scheme == "https":
        context = ssl.create_default_context(cafile=CERTIFICATE)
        context.check_hostname = False
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            *where, timeout=LIMIT, context=context
        )
    else:
        connection = http.client.HTTPConnection(*where, timeout=LIMIT)
    sent = None if body is None else json.dumps(body)
    keys = {"x-api-key": token} if token else {}
    connection.request(method, path, sent, {**keys, **(headers or {})})
    answer = connection.getresponse()
    read = answer.read()
    connection.close()
    fields = json.loads(read)
    return answer.status, fields if isinstance(fields, dict) else {"": fields}


def token_of(url: str, app_id: str, secret: str) -> str:
    """A token for that pair."""
    body = {"type": "application", "appId": app_id, "appSecret": secret}
    status, answer = ask(url, "POST", "/oauth2/token:generate", body=body)
    assert status == 200, answer
    return str(answer["accessToken"])
