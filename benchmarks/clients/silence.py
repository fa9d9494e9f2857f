"""Silence at the speed of sound on stdout: 16 kHz, until nobody reads."""

import os
import time

begun, number = time.monotonic(), 0
try:
    while True:
        time.sleep(max(0.0, begun + number / 10 - time.monotonic()))
        os.write(1, bytes(3200))
        number += 1
except OSError:
    pass
