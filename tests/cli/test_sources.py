"""Every way in which sound comes in, through the command line."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from shutil import which

import pytest

from tests.cli.expected import DEMO
from tests.cli.talks import QUESTION, TASK, talk_in
from tests.command_line import Home, Ran, check_lines, finished, read_until
from tests.scripted_speech import say, silence, speech
from tests.wavs import fmt_chunk, wav_file

needs_ffmpeg = pytest.mark.skipif(not which("ffmpeg"), reason="no ffmpeg")


def _converted(source: Path, target: Path, *options: str) -> Path:
    command = ["ffmpeg", "-v", "error", "-i", str(source), *options, str(target)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return target


def _rate(ran: Ran) -> object:
    (source,) = json.loads(ran.stdout.splitlines()[0])["sources"]
    return source["sample_rate"]


@needs_ffmpeg
def test_raw_samples_of_ffmpeg_come_through_a_pipe(
    scripted: Home, tmp_path: Path
) -> None:
    talk = talk_in(tmp_path, rate=48000)

    ran = scripted.shell(
        f"ffmpeg -v error -i {talk} -f s16le -ar 16000 -ac 1 - | symbl stream - --json"
        " | tee lines | jq -r 'select(.type==\"action_item\").text'"
        if which("jq")
        else f"ffmpeg -v error -i {talk} -f s16le -ar 16000 -ac 1 - | symbl stream -"
    )

    assert ran.code == 0, ran.stderr
    assert "will send the draft by Friday." in ran.stdout


def test_a_redirected_file_is_read_where_it_is_asked_for(
    scripted: Home, tmp_path: Path
) -> None:
    ran = scripted.shell(f"symbl stream - --json < {talk_in(tmp_path)}")

    check_lines(ran.lines)
    assert ran.texts == [QUESTION, TASK]
    assert _statuses(ran) == ["reading audio from stdin (WAV 16 kHz mono)"]


def _statuses(ran: Ran) -> list[object]:
    return [notice["status"]["message"] for notice in ran.notices]


def test_what_a_pipe_says_of_itself_is_said(scripted: Home, tmp_path: Path) -> None:
    recording = talk_in(tmp_path, rate=48000).read_bytes()

    ran = scripted.run("stream", "-", "--json", sound=recording)

    assert ran.texts == [QUESTION, TASK]
    assert _statuses(ran) == [
        "reading audio from stdin (raw 16 kHz mono)",
        "stdin says that it is WAV 48 kHz mono",
    ]


def test_a_file_without_a_header_is_what_was_told(
    scripted: Home, tmp_path: Path
) -> None:
    (tmp_path / "talk.raw").write_bytes(speech(QUESTION, sample_rate=8000))

    ran = scripted.shell(
        f"symbl stream - --sample-rate 8000 --json < {tmp_path}/talk.raw"
    )

    assert ran.texts == [QUESTION]
    assert _statuses(ran) == ["reading audio from stdin (raw 8 kHz mono)"]


def test_a_stdin_that_is_closed_is_said_to_be(scripted: Home) -> None:
    ran = scripted.shell("symbl stream - --json <&-")

    assert (ran.code, ran.stdout) == (2, "")
    assert ran.notices[-1]["error"]["message"] == (
        "stdin is closed: there is no sound to read"
    )


def test_a_loop_that_reads_lines_keeps_its_stdin(
    scripted: Home, tmp_path: Path
) -> None:
    talk = talk_in(tmp_path)
    (tmp_path / "list").write_text(f"{talk}\n{talk}\n")

    ran = scripted.shell(f"while read f; do symbl stream $f; done < {tmp_path}/list")

    assert ran.stdout.count(QUESTION) == 4  # each time said, and asked


def test_a_pipe_is_read_without_being_named(scripted: Home) -> None:
    ran = scripted.run("stream", "--json", sound=speech(QUESTION))

    assert ran.texts == [QUESTION]
    assert ran.of("begin")[0]["sources"] == [{"name": "stdin", "sample_rate": 16000}]


def test_the_first_words_come_before_the_end_of_a_pipe(scripted: Home) -> None:
    with scripted.process("stream", "-", "--interim", "--json") as process:
        assert process.stdin is not None
        process.stdin.write(silence(1.2) + say("The van is late and"))
        process.stdin.flush()
        early = read_until(process, lambda line: '"transcript"' in line)
        process.stdin.write(say(" so are we") + silence(1.2))
        ran = finished(process)

    interim = json.loads(early[-1])
    assert interim["final"] is False
    assert "The van is late".startswith(str(interim["text"])[:15])
    assert ran.texts == ["The van is late and so are we"]


def test_half_a_sample_at_the_end_of_a_pipe_is_left_out(scripted: Home) -> None:
    whole = scripted.run("stream", "-", "--json", sound=speech(QUESTION))
    odd = scripted.run("stream", "-", "--json", sound=speech(QUESTION) + b"\1")

    assert (odd.code, odd.texts) == (0, [QUESTION])
    assert odd.lines[-1]["duration"] == whole.lines[-1]["duration"]


def test_a_pipe_without_end_is_left_after_the_duration(scripted: Home) -> None:
    with scripted.process("stream", "-", "--duration", "4", "--json") as process:
        assert process.stdin is not None
        with suppress(BrokenPipeError):
            process.stdin.write(speech(QUESTION) + silence(4))
            process.stdin.flush()
        ends = read_until(process, lambda line: '"type":"end"' in line)
        process.wait(20)

    end = json.loads(ends[-1])
    check_lines([json.loads(line) for line in ends])
    assert (end["reason"], end["duration"]) == ("duration", 4.0)
    (said,) = [line for line in ends if '"type":"transcript"' in line]
    assert QUESTION in said


def test_half_a_sentence_is_told_where_the_duration_cuts_it(
    scripted: Home, tmp_path: Path
) -> None:
    talk = talk_in(tmp_path, "nobody knows")

    ran = scripted.run("stream", talk, "--duration", "1.56", "--json")

    assert (ran.code, ran.texts) == (0, ["nobody"])
    assert ran.lines[-1]["reason"] == "duration"


def test_a_file_at_the_pace_of_speech_tells_its_lag(
    scripted: Home, tmp_path: Path
) -> None:
    talk = talk_in(tmp_path, "so be it")

    slow = scripted.run("stream", talk, "--pace", "realtime", "--json")
    fast = scripted.run("stream", talk, "--pace", "fast", "--json")

    assert slow.texts == fast.texts == ["so be it"]
    assert ["lag" in line for line in slow.of("transcript")] == [True]
    assert ["lag" in line for line in fast.of("transcript")] == [False]
    took = _instant(slow.lines[-1]) - _instant(slow.lines[0])
    assert took.total_seconds() > float(str(slow.lines[-1]["duration"])) - 0.2


def _instant(line: dict[str, object]) -> datetime:
    return datetime.fromisoformat(str(line["ts"]))


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 96000])
def test_a_file_has_its_own_rate(scripted: Home, tmp_path: Path, rate: int) -> None:
    ran = scripted.run("stream", talk_in(tmp_path, rate=rate), "--json")

    assert ran.texts == [QUESTION, TASK]
    assert _rate(ran) == rate


@needs_ffmpeg
@pytest.mark.parametrize(
    ("options", "encoding"),
    [("-f mulaw -ar 8000", "MULAW"), ("-f flac", "FLAC")],
    ids=["MULAW", "FLAC"],
)
def test_an_encoding_that_is_announced_is_read_from_a_pipe(
    scripted: Home, tmp_path: Path, options: str, encoding: str
) -> None:
    talk = talk_in(tmp_path, "so be it")

    ran = scripted.shell(
        f"ffmpeg -v error -i {talk} {options} - |"
        f" symbl stream - --encoding {encoding} --json"
    )

    assert (ran.code, ran.texts) == (0, ["so be it"])
    assert "16 kHz" not in ran.stderr


def test_raw_samples_have_the_rate_and_the_channels_that_are_told(
    scripted: Home,
) -> None:
    left, right = (speech(text, sample_rate=8000) for text in ("so be it", "no way "))
    stereo = b"".join(
        left[at : at + 2] + right[at : at + 2] for at in range(0, len(left), 2)
    )

    ran = scripted.run(
        *("stream", "-", "--sample-rate", "8000", "--channels", "2", "--json"),
        *("--speaker", "Ann", "--speaker", "Bea"),
        sound=stereo,
    )

    said = {line["text"]: line["speaker"] for line in ran.of("transcript")}
    names = {
        text: speaker["name"]
        for text, speaker in said.items()
        if isinstance(speaker, dict)
    }
    assert names == {"so be it": "Ann", "no way": "Bea"}
    message = "reading audio from stdin (raw 8 kHz 2 channels)"
    assert ran.notices == [{"status": {"message": message}}]


def test_a_named_pipe_is_a_source(scripted: Home, tmp_path: Path) -> None:
    talk = talk_in(tmp_path)

    ran = scripted.shell(f"symbl stream <(cat {talk}) --json")

    assert ran.texts == [QUESTION, TASK]


def test_speakers_have_the_ids_that_are_given(scripted: Home, tmp_path: Path) -> None:
    who = ("--speaker", "Ann", "--speaker-id", "ann@example.com")

    ran = scripted.run("stream", talk_in(tmp_path), *who, "--json")

    assert [line["speaker"] for line in ran.of("transcript")] == [
        {"id": "ann@example.com", "name": "Ann"}
    ] * 2


def test_more_speakers_than_channels_are_refused(
    scripted: Home, tmp_path: Path
) -> None:
    who = ("--speaker", "Ann", "--speaker", "Bea")

    ran = scripted.run("stream", talk_in(tmp_path), *who)

    assert (ran.code, ran.stdout) == (2, "")
    assert "2 speakers are named, but 'talk.wav' has one channel" in ran.stderr


@contextmanager
def _first_seconds(tmp_path: Path, ending: str) -> Iterator[Path]:
    yield _converted(DEMO.sound, tmp_path / f"memo.{ending}", "-t", "9", "-ac", "1")


@needs_ffmpeg
def test_flac_is_read(scripted: Home, tmp_path: Path) -> None:
    recording = _converted(talk_in(tmp_path, rate=44100), tmp_path / "talk.flac")

    ran = scripted.run("stream", recording, "--json")

    assert ran.texts == [QUESTION, TASK]
    assert _rate(ran) == 44100


@needs_ffmpeg
@pytest.mark.parametrize("ending", ["m4a", "mp3", "ogg"])
def test_what_phones_and_meeting_tools_record_is_heard(
    home: Home, tmp_path: Path, ending: str
) -> None:
    with _first_seconds(tmp_path, ending) as recording:
        ran = home.run("stream", recording, "--json")

    first = DEMO.parts("transcript")[0]
    assert ran.code == 0
    assert str(first["phrase"]).casefold() in " ".join(map(str, ran.texts)).casefold()
    assert ran.lines[0]["title"] == "memo"


def test_a_file_that_grows_to_a_lie_is_read_to_its_end(
    scripted: Home, tmp_path: Path
) -> None:
    lying = tmp_path / "lying.wav"
    lying.write_bytes(wav_file(speech(QUESTION), fmt=fmt_chunk(), size=0xFFFFFF00))

    ran = scripted.run("stream", lying, "--json")

    assert (ran.code, ran.texts) == (0, [QUESTION])
