"""Signals as a terminal leaves them, though the tests may run in the background."""

import signal

for number in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT)):
    if signal.getsignal(number) is signal.SIG_IGN:  # `&` and nohup; children inherit it
        signal.signal(number, signal.SIG_DFL)
