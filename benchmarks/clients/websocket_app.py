"""What a program with websocket-client's WebSocketApp does: URL, seconds of sound."""

import json
import sys
import time
from threading import Thread

import websocket

url, seconds = sys.argv[1], float(sys.argv[2])
delays = []


def receive(_app: websocket.WebSocketApp, frame: str) -> None:
    arrived = json.loads(frame)
    if arrived["message"]["type"] == "recognition_result":
        sent = int(arrived["message"]["punctuated"]["transcript"].split()[-1])
        delays.append(time.monotonic_ns() - sent)


def talk(app: websocket.WebSocketApp) -> None:
    start = {
        "type": "start_request",
        "config": {
            "speechRecognition": {"encoding": "LINEAR16", "sampleRateHertz": 16000}
        },
    }
    app.send(json.dumps(start))
    began = time.monotonic()
    for number in range(round(seconds * 10)):
        time.sleep(max(0.0, began + number / 10 - time.monotonic()))
        app.send(bytes(3200), opcode=websocket.ABNF.OPCODE_BINARY)
    app.send(json.dumps({"type": "stop_request"}))


app = websocket.WebSocketApp(
    f"{url}/v1/streaming/peer",
    on_open=lambda app: Thread(target=talk, args=(app,)).start(),
    on_message=receive,
)
app.run_forever()
print(json.dumps(delays))
