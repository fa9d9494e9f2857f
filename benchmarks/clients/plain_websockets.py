"""What a program with `websockets` alone does: URL, seconds of sound, `print`?"""

import json
import sys
import time
from threading import Thread

from websockets.sync.client import connect

url, seconds = sys.argv[1], float(sys.argv[2])
prints = "print" in sys.argv[3:]
delays = []


def receive() -> None:
    for frame in connection:
        arrived = json.loads(frame)
        if prints:
            print(json.dumps(arrived), flush=True)
        elif arrived["message"]["type"] == "recognition_result":
            sent = int(arrived["message"]["punctuated"]["transcript"].split()[-1])
            delays.append(time.monotonic_ns() - sent)


start = {
    "type": "start_request",
    "config": {"speechRecognition": {"encoding": "LINEAR16", "sampleRateHertz": 16000}},
}
with connect(f"{url}/v1/streaming/peer", compression=None) as connection:
    connection.send(json.dumps(start))
    reader = Thread(target=receive)
    reader.start()
    began = time.monotonic()
    for number in range(round(seconds * 10)):
        time.sleep(max(0.0, began + number / 10 - time.monotonic()))
        connection.send(bytes(3200))
    connection.send(json.dumps({"type": "stop_request"}))
    reader.join()
if not prints:
    print(json.dumps(delays))
