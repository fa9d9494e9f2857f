"""An HTTP server that says what a test wants, and remembers what it was asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from symbl_cli.config.endpoint import Endpoint
from symbl_cli.errors import SymblError
from symbl_cli.protocol.events import Json


@dataclass(frozen=True)
class Said:
    """One answer."""

    status: int = 200
    body: Json = None
    raw: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    authorization: str | None
    body: str = ""


class Answering:
    """Gives *answers* one after the other, the last one for ever: a Server as well."""

    def __init__(self, url: str, answers: list[Said]) -> None:
        self.url = url
        self.answers = answers
        self.asked: list[Asked] = []
        self.failures: list[SymblError] = []
        self.tokens = ["token"]
        """The last one is the good one."""

    def __call__(self) -> Endpoint:
        token = self.tokens[0]
        return Endpoint(
            ws_url=self.url.replace("http", "ws", 1),
            http_url=self.url,
            token=lambda: token,
            is_local=False,
        )

    def failed(self, endpoint: Endpoint, error: SymblError) -> bool:
        self.failures.append(error)
        if len(self.tokens) == 1:
            return False
        del self.tokens[0]
        return True

    def next_answer(self) -> Said:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def answering(*answers: Said) -> Iterator[Answering]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(size).decode()
            authorization = self.headers.get("Authorization")
            script.asked.append(Asked(self.command, self.path, authorization, body))
            said = script.next_answer()
            raw = json.dumps(said.body).encode() if said.raw is None else said.raw
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - theirs

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - theirs
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script = Answering(f"http://127.0.0.1:{server.server_port}", list(answers))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
