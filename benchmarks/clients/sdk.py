"""A program of the vendor's SDK, or of ours: module, URL, seconds of sound.

The vendor's has its URL and its token built in; both are set from outside.
"""

import json
import sys
import time
from importlib import import_module

module, url, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
symbl = import_module(module)
if module == "symbl":
    from symbl.streaming_api import StreamingApi

    StreamingApi.SYMBL_STREAMING_API_FORMAT = url + "/v1/realtime/insights/{}"
    StreamingApi.get_access_token = lambda **_: "a.token"
delays = []


def receive(arrived: dict) -> None:
    if arrived["message"]["type"] == "recognition_result":
        sent = int(arrived["message"]["punctuated"]["transcript"].split()[-1])
        delays.append(time.monotonic_ns() - sent)


connection = symbl.Streaming.start_connection(
    config={"speechRecognition": {"encoding": "LINEAR16", "sampleRateHertz": 16000}}
)
connection.subscribe({"message": receive})
began = time.monotonic()
for number in range(round(seconds * 10)):
    time.sleep(max(0.0, began + number / 10 - time.monotonic()))
    connection.send_audio(bytes(3200))
connection.stop()
print(json.dumps(delays))
