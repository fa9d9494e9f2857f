"""A shell with one job: runs a command in the foreground of its terminal.

It is the leader of its session. Says on descriptor 3 what becomes of the job; a byte
on descriptor 4 brings a stopped one back to the foreground.
"""

import fcntl
import os
import signal
import subprocess
import sys
import termios

TERMINAL, NEWS, ORDERS = 0, 3, 4


def main(command: list[str]) -> None:
    fcntl.ioctl(TERMINAL, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    job = subprocess.Popen(command, process_group=0)
    signal.signal(signal.SIGHUP, lambda *_: os.killpg(job.pid, signal.SIGHUP))
    os.tcsetpgrp(TERMINAL, job.pid)
    while True:
        _, status = os.waitpid(job.pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            _say(f"ended {os.waitstatus_to_exitcode(status)}")
            return
        _say("stopped")
        os.read(ORDERS, 1)
        os.tcsetpgrp(TERMINAL, job.pid)
        os.killpg(job.pid, signal.SIGCONT)


def _say(news: str) -> None:
    os.write(NEWS, f"{news}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1:])
