"""What users get wrong: one sentence that names fault and remedy, and an exit code."""

import json
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.talks import QUESTION, talk_in
from tests.command_line import Home, Ran
from tests.scripted_speech import speech
from tests.wavs import chunk, fmt_chunk, wav_file

Words = tuple[str, ...]


@dataclass(frozen=True)
class Fault:
    """What is done wrong, and what must be said of it."""

    arguments: Callable[[Path], tuple[str | Path, ...]]
    said: Words
    kind: str = "usage"
    code: int = 2
    sound: bytes | None = None


def _file(name: str, content: bytes) -> Callable[[Path], tuple[str | Path, ...]]:
    def arguments(folder: Path) -> tuple[str | Path, ...]:
        (folder / name).write_bytes(content)
        return (folder / name,)

    return arguments


def _options(*options: str) -> Callable[[Path], tuple[str | Path, ...]]:
    return lambda folder: (talk_in(folder), *options)


def _with_file(option: str, content: bytes) -> Callable[[Path], tuple[str | Path, ...]]:
    def arguments(folder: Path) -> tuple[str | Path, ...]:
        (folder / "given").write_bytes(content)
        return (talk_in(folder), option, folder / "given")

    return arguments


_TEXT = b"Dear all,\nplease find enclosed the minutes.\n" * 20
NO_UTF8 = os.fsdecode(b"caf\xe9")
_PIPE: Callable[[Path], tuple[str | Path, ...]] = lambda _: ("-",)  # noqa: E731
_LYING_AU = _file(
    "lying.au",
    struct.pack(">4sIIIIII", b".snd", 28, 0xFFFFFFFF, 3, 2_000_000_000, 1024, 0)
    + bytes(2048 * 100),
)

FAULTS = {
    "missing file": Fault(
        lambda folder: (folder / "nowhere.wav",), ("there is no file", "nowhere.wav")
    ),
    "folder": Fault(lambda folder: (folder,), ("is a folder, not a recording",)),
    "empty file": Fault(_file("empty.wav", b""), ("empty.wav",), "not_audio"),
    "truncated header": Fault(
        _file("short.wav", wav_file(speech(QUESTION))[:30]),
        ("short.wav",),
        "not_audio",
    ),
    "header alone": Fault(
        _file("header.wav", wav_file(b"")), ("header.wav",), "not_audio"
    ),
    "text file": Fault(_file("minutes.wav", _TEXT), ("minutes.wav",), "not_audio"),
    "picture": Fault(
        _file("photo.wav", b"\x89PNG\r\n\x1a\n" + bytes(5000)),
        ("photo.wav", "picture"),
        "not_audio",
    ),
    "noise that is no recording": Fault(
        _file("noise.m4a", struct.pack(">I", 24) + b"ftypM4A " + bytes(5000)),
        ("noise.m4a",),
        "not_audio",
    ),
    "WAV of no channels": Fault(
        _file("lying.wav", wav_file(bytes(3200), fmt=fmt_chunk(channels=0))),
        ("lying.wav",),
        "not_audio",
    ),
    "WAV of no rate": Fault(
        _file("lying.wav", wav_file(bytes(3200), fmt=fmt_chunk(rate=0))),
        ("lying.wav",),
        "not_audio",
    ),
    "WAV of one sample a second": Fault(
        _file("lying.wav", wav_file(bytes(3200), fmt=fmt_chunk(rate=1))),
        ("lying.wav", "1 samples a second"),
        "not_audio",
    ),
    "WAV of less than speech has": Fault(
        _file("lying.wav", wav_file(bytes(3200), fmt=fmt_chunk(rate=999))),
        ("lying.wav", "999 samples a second: speech has 1000 to 768000"),
        "not_audio",
    ),
    "WAV on stdin of one sample a second": Fault(
        _PIPE,
        ("1 samples a second",),
        "not_audio",
        sound=wav_file(bytes(3200), fmt=fmt_chunk(rate=1)),
    ),
    "AU of more than a header can say": Fault(
        lambda folder: (*_LYING_AU(folder), "--save-audio", folder / "saved.wav"),
        ("lying.au", "2000000000 samples a second"),
        "not_audio",
    ),
    "more words than a server expects": Fault(
        _with_file("--vocab-file", b"\n".join(b"word %d" % n for n in range(300_000))),
        ("300000 phrases, and may be 2000",),
        "usage",
    ),
    "more trackers than a server watches for": Fault(
        _with_file(
            "--trackers", b"\n".join(b"n%d=p%d" % (n, n) for n in range(20_000))
        ),
        ("20000 phrases, and may be 2000",),
        "usage",
    ),
    "a duration without end": Fault(
        _options("--duration", "1e308"), ("--duration", "30 years at most"), "usage"
    ),
    "a title longer than any": Fault(
        _options("--title", "t" * 513), ("513 characters, and may have 512",), "usage"
    ),
    "WAV of 7 bits": Fault(
        _file("lying.wav", wav_file(bytes(3200), fmt=fmt_chunk(bits=77))),
        ("lying.wav",),
        "not_audio",
    ),
    "WAV without a format": Fault(
        _file("lying.wav", wav_file(bytes(3200), fmt=chunk(b"junk", bytes(16)))),
        ("lying.wav",),
        "not_audio",
    ),
    "text on stdin": Fault(
        _PIPE, ("text", "ffmpeg -i", "| symbl stream -"), "not_audio", sound=_TEXT
    ),
    "MP3 on stdin": Fault(
        _PIPE,
        ("MP3", "ffmpeg -i", "-f s16le"),
        "not_audio",
        sound=b"ID3\x03" + bytes(5000),
    ),
    "FLAC on stdin": Fault(
        _PIPE,
        ("FLAC", "ffmpeg -i", "-f s16le"),
        "not_audio",
        sound=b"fLaC" + bytes(5000),
    ),
    "nothing on stdin": Fault(
        _PIPE, ("the input ended before its first sample",), "not_audio", sound=b""
    ),
    "one byte on stdin": Fault(_PIPE, ("the input",), "not_audio", sound=b"\1"),
    "unknown insight": Fault(
        _options("--insights", "question,gossip"),
        ("--insights has no 'gossip'", "action_item"),
    ),
    "malformed tracker": Fault(
        _options("--tracker", "Delay"), ("'Delay' is no tracker", "NAME=PHRASE")
    ),
    "tracker of no phrase": Fault(
        _options("--tracker", "Delay= , "), ("'Delay= , ' is no tracker",)
    ),
    "two trackers of one name": Fault(
        _options("--tracker", "D=a", "--tracker", "D=b"), ("two trackers 'D'",)
    ),
    "malformed tracker file": Fault(
        _with_file("--trackers", b"# ours\nDelay\n"), ("'Delay' is no tracker",)
    ),
    "missing tracker file": Fault(
        _options("--trackers", "/nowhere/at/all"), ("/nowhere/at/all", "--trackers")
    ),
    "tracker file that is no text": Fault(
        _with_file("--trackers", b"\xff\xfe\0"), ("is not UTF-8 text", "--trackers")
    ),
    "malformed fixes": Fault(_with_file("--fixes", b"wrong\n"), ("wrong",)),
    "threshold above 1": Fault(
        _options("--confidence-threshold", "7"), ("--confidence-threshold",)
    ),
    "unknown option": Fault(
        _options("--jsno"), ("No such option '--jsno'", "symbl stream --help")
    ),
    "no duration": Fault(_options("--duration", "0"), ("--duration",)),
    "a duration that is no number": Fault(
        _options("--duration", "nan"), ("'--duration'", "a number of seconds")
    ),
    "a duration without an end": Fault(
        _options("--duration", "inf"), ("'--duration'", "a number of seconds")
    ),
    "title that is no text": Fault(
        _options("--title", NO_UTF8), ("'--title'", "not UTF-8 text")
    ),
    "speaker that is no text": Fault(
        _options("--speaker", "Anna", "--speaker", NO_UTF8),
        ("'--speaker'", "not UTF-8 text"),
    ),
    "two sources": Fault(
        _options("--device", "mic"), ("--device and a source cannot both be meant",)
    ),
    "the demo and a source": Fault(
        _options("--demo"), ("--demo brings its own conversation",)
    ),
    "more ids than speakers": Fault(
        _options("--speaker-id", "a", "--speaker-id", "b"),
        ("more --speaker-id than --speaker",),
    ),
    "two more files": Fault(
        lambda folder: (talk_in(folder), folder / "more.wav"), ("more.wav",)
    ),
    "output in no folder": Fault(
        _options("--jsonl", "/nowhere/at/all.jsonl"),
        ("there is no folder /nowhere/at", "mkdir -p"),
        "output",
    ),
    "output that is a folder": Fault(
        _options("--text", "."), ("cannot write",), "output"
    ),
    "no such profile": Fault(
        _options("--profile", "work"),
        ("there is no profile 'work'", "symbl config init"),
        "not_found",
    ),
    "remote engine without a server": Fault(
        _options("--engine", "remote"), ("no server is named", "--api-url")
    ),
    "local engine with a server": Fault(
        _options("--engine", "local", "--api-url", "ws://127.0.0.1:1"),
        ("cannot both be meant",),
    ),
    "no URL": Fault(_options("--api-url", "nonsense"), ("--api-url",)),
    "the vendor's host": Fault(
        _options("--api-url", "https://api.symbl.ai"), ("switched off",)
    ),
    "no credentials": Fault(
        _options("--api-url", "ws://127.0.0.1:1"),
        ("there are no credentials", "SYMBL_APP_ID"),
        "authentication",
        4,
    ),
    "log in no folder": Fault(
        _options("--log-file", "/nowhere/at/all.log"), ("cannot write the log",)
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_people_are_told_in_one_sentence(
    scripted: Home, tmp_path: Path, fault: Fault
) -> None:
    ran = scripted.run("stream", *fault.arguments(tmp_path), sound=fault.sound)

    assert ran.code == fault.code, ran
    assert ran.stdout == ""
    said = [line for line in ran.stderr.splitlines() if "reading audio" not in line]
    assert len(said) == 1, said
    assert said[0].startswith("Error: ")
    for words in fault.said:
        assert words in said[0]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_programs_are_told_in_one_object(
    scripted: Home, tmp_path: Path, fault: Fault
) -> None:
    arguments = fault.arguments(tmp_path)

    ran = scripted.run("stream", *arguments, "--json", sound=fault.sound)

    assert (ran.code, ran.stdout) == (fault.code, "")
    assert _error(ran)["type"] == fault.kind
    told = " ".join(map(str, _error(ran).values()))
    for words in fault.said:
        assert words in told


def _error(ran: Ran) -> dict[str, object]:
    (error,) = [notice["error"] for notice in ran.notices if "error" in notice]
    return error


def test_a_truncated_recording_is_heard_as_far_as_it_goes(
    scripted: Home, tmp_path: Path
) -> None:
    torn = tmp_path / "torn.wav"
    whole = wav_file(speech(QUESTION, "nobody knows"))
    torn.write_bytes(whole[: 44 + len(speech(QUESTION)) + 1])

    ran = scripted.run("stream", torn, "--json")

    assert (ran.code, ran.texts) == (0, [QUESTION])


def test_a_command_that_is_none_is_a_mistake(scripted: Home) -> None:
    ran = scripted.run("strem", "--json")

    assert (ran.code, ran.stdout) == (2, "")
    assert "No such command 'strem'" in str(_error(ran)["message"])


def test_a_recording_whose_name_is_no_text_is_heard_kept_and_told(
    scripted: Home, tmp_path: Path
) -> None:
    recording = talk_in(tmp_path, QUESTION).rename(tmp_path / f"{NO_UTF8}.wav")
    captions = tmp_path / f"{NO_UTF8}.srt"

    ran = scripted.run("stream", recording, "--json", "--srt", captions)
    identity = str(ran.of("end")[0]["conversation_id"])
    shown = scripted.run("conversation", "show", identity, "--json")

    assert (ran.code, ran.texts) == (0, [QUESTION])
    assert ran.of("begin")[0]["title"] == "caf\N{REPLACEMENT CHARACTER}"
    assert json.loads(shown.stdout)["name"] == "caf\N{REPLACEMENT CHARACTER}"
    assert QUESTION in captions.read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        ("conversation", "rename", "last", NO_UTF8),
        ("conversation", "list", "--search", NO_UTF8),
        ("conversation", "delete", NO_UTF8, "--yes"),
        ("conversation", "export", NO_UTF8, "file.json"),
        ("config", "set", "title", NO_UTF8),
        ("serve", "--new-pair", NO_UTF8),
        ("serve", "--port", "65536"),
        ("serve", "--max-silence", "nan"),
        ("conversation", "delete", "--older-than", "99999999999d", "--yes"),
    ],
    ids=" ".join,
)
def test_what_no_command_can_mean_is_a_mistake(
    scripted: Home, arguments: tuple[str, ...]
) -> None:
    ran = scripted.run(*arguments)

    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr.startswith("Error: ")
