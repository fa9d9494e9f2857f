"""A line that carries less than is said: told, with what helps, and nothing is lost."""

from pathlib import Path

from tests.cli.read_back import read_jsonl
from tests.cli.talks import talk_in
from tests.cli.test_states import stderr_until
from tests.command_line import Home, check_lines, finished
from tests.faults import FaultyLine

RATE = 48000
"""Samples a second: 96 kB/s."""
SLOW = 16_000
"""Bytes a second that get through."""
TEXTS = ("nobody knows it yet",) * 6


def test_a_line_that_is_too_slow_is_told_until_it_recovers(
    own_home: Home, tmp_path: Path
) -> None:
    file = tmp_path / "lines.jsonl"
    talk = talk_in(tmp_path, *TEXTS, rate=RATE)
    with (
        own_home.scripted_server("--allow-host", "127.0.0.1") as url,
        FaultyLine(int(url.rpartition(":")[2])) as line,
        own_home.process(
            *("stream", talk, "--pace", "realtime", "--jsonl", file),
            *("--api-url", line.url),
            SYMBL_ACCESS_TOKEN=own_home.address.token,
        ) as run,
    ):
        stderr_until(run, "Listening.")
        line.trickle_those_connected(SLOW)
        said = stderr_until(run, "s late: ")
        line.recover_those_connected()
        ran = finished(run)

    lines = read_jsonl(file)
    check_lines(lines)
    late = [line for line in lines if line.get("state") == "lagging"]
    finals = [line for line in lines if line.get("final")]
    assert "the connection is too slow, or the server too busy; get a better" in said
    assert "or try `--engine local`" in said
    assert [one["cause"] for one in late] == ["connection"]
    assert float(str(finals[-1]["lag"])) < float(str(late[0]["seconds"])) / 2
    assert (ran.code, [line["text"] for line in finals]) == (0, list(TEXTS))
    assert line.connections == 1
