"""Keeps the bargain between launcher and server, and does nothing else.

Ends by itself after a minute, so that a failing test leaves nothing behind.
"""

import argparse
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from filelock import FileLock, Timeout

from symbl_cli import __version__
from symbl_cli.private import FILE
from symbl_cli.protocol.local import (
    LOCK_FILE,
    SERVER_FILE,
    ServerAddress,
    encode_address,
)


class Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - theirs
        pass


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-folder", type=Path)
    parser.add_argument("--models-folder", type=Path)
    parser.add_argument("--no-files", action="store_true")
    parser.add_argument("--die", metavar="LAST_WORDS")
    parser.add_argument("--never-ready", action="store_true")
    parser.add_argument("--slow", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--nonsense", type=Path, metavar="PID_FILE")
    options = parser.parse_args()
    if options.die:
        sys.exit(f"a warning\n{options.die}\n")
    if options.nonsense:
        options.nonsense.write_text(str(os.getpid()))
        sys.stdout.write("Welcome!\n")
        sys.stdout.flush()
        time.sleep(60)
    if options.never_ready:
        sys.stderr.write("still loading\n")
        sys.stderr.flush()
        time.sleep(60)
    time.sleep(options.slow)
    if options.no_files:
        serve(None)
    lock = FileLock(options.data_folder / LOCK_FILE, mode=FILE)
    try:
        lock.acquire(timeout=1)
    except Timeout:
        sys.exit(0)
    serve(options.data_folder)


def serve(folder: Path | None) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Health)
    address = ServerAddress(
        url=f"http://127.0.0.1:{server.server_port}",
        token=f"token-of-{os.getpid()}",
        pid=os.getpid(),
        version=__version__,
    )
    if folder is not None:
        draft = folder / f"draft-{os.getpid()}"
        draft.write_text(encode_address(address))
        draft.replace(folder / SERVER_FILE)
    sys.stdout.write(encode_address(address) + "\n")
    sys.stdout.flush()
    threading.Timer(60, lambda: os._exit(0)).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
