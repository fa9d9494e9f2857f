"""Nothing but a socket and a ready-made frame: URL, seconds of sound."""

import socket
import sys
import time
from urllib.parse import urlsplit

url, seconds = urlsplit(sys.argv[1]), float(sys.argv[2])
HANDSHAKE = (
    "GET /v1/streaming/peer HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
MASK = bytes(4)
FRAME = b"\x82\xfe" + (3200).to_bytes(2, "big") + MASK + bytes(3200)
START = b'{"type":"start_request"}'
STOP = b'{"type":"stop_request"}'


def text(payload: bytes) -> bytes:
    return b"\x81" + bytes([0x80 | len(payload)]) + MASK + payload


with socket.create_connection((url.hostname, url.port)) as line:
    line.sendall(HANDSHAKE.encode())
    line.recv(4096)
    line.sendall(text(START))
    began = time.monotonic()
    for number in range(round(seconds * 10)):
        time.sleep(max(0.0, began + number / 10 - time.monotonic()))
        line.sendall(FRAME)
    line.sendall(text(STOP))
