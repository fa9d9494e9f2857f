"""What a run has written, read by parsers that are not ours."""

import json
import re
import wave
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import soundfile

ENDINGS = {
    "jsonl": ".jsonl",
    "srt": ".srt",
    "vtt": ".vtt",
    "markdown": ".md",
    "text": ".txt",
    "save-audio": ".wav",
    "record-wire": ".wire.jsonl",
}
"""Of every kind of file, by its option."""

Final = tuple[str, str]
"""Who said it, and what."""

Told = tuple[float, str, str]
"""When it begins, who said it, and what."""


def files_in(folder: Path) -> dict[str, Path]:
    """One of every kind."""
    return {name: folder / f"out{ending}" for name, ending in ENDINGS.items()}


def named(folder: Path, *but: str) -> list[str | Path]:
    """Options for every kind of file, in *folder*."""
    return [
        word
        for name, path in files_in(folder).items()
        if name not in but
        for word in (f"--{name}", path)
    ]


def check_files(
    paths: Mapping[str, Path], lines: list[dict[str, object]], sound: Path
) -> None:
    """Every kind of file has what *lines* say, once each, and the whole of *sound*."""
    finals = finals_of(lines)
    assert len(finals) == len(set(finals)) >= 1
    assert read_jsonl(paths["jsonl"]) == lines
    check_finals(paths, lines)
    assert {text for _, text in finals} <= read_wire(paths["record-wire"])
    check_sound(paths["save-audio"], sound, lines[-1]["duration"])


def check_sound(path: Path, sound: Path, sent: object) -> None:
    original = soundfile.info(sound)
    with wave.open(str(path)) as wav:
        assert wav.getnframes() == original.frames
        assert wav.getframerate() == original.samplerate
        assert wav.getnchannels() == original.channels
        assert round(wav.getnframes() / wav.getframerate(), 3) == sent


def check_finals(paths: Mapping[str, Path], lines: list[dict[str, object]]) -> None:
    """What is for people to read has the finals of *lines*, once each and in order."""
    finals = finals_of(lines)
    assert spoken(read_srt(paths["srt"]), lines) == finals
    assert spoken(read_vtt(paths["vtt"]), lines) == finals
    assert read_text(paths["text"]) == finals
    assert read_markdown(paths["markdown"]) == finals


def finals_of(lines: list[dict[str, object]]) -> list[Final]:
    return [(name_of(line), str(line["text"])) for line in lines if is_final(line)]


def told_of(lines: list[dict[str, object]]) -> list[Told]:
    """What is left of *lines*, the later of an id replacing the earlier, as spoken.

    Nothing is left that is not final, and nothing was final twice.
    """
    transcripts = [line for line in lines if line["type"] == "transcript"]
    latest = {line["id"]: line for line in transcripts}
    assert [line for line in latest.values() if not line["final"]] == []
    finals = Counter(line["id"] for line in transcripts if line["final"])
    assert {name: times for name, times in finals.items() if times > 1} == {}
    return sorted(
        (float(str(line["start"])), name_of(line), str(line["text"]))
        for line in latest.values()
        if line["text"]
    )


def is_final(line: dict[str, object]) -> bool:
    return bool(line["type"] == "transcript" and line["final"] and line["text"])


def name_of(line: dict[str, object]) -> str:
    speaker = line["speaker"]
    assert isinstance(speaker, dict)
    return str(speaker["name"])


@dataclass(frozen=True)
class Cue:
    start: float
    end: float
    speaker: str
    text: str


def read_jsonl(path: Path) -> list[dict[str, object]]:
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def read_srt(path: Path) -> list[Cue]:
    """By what players expect: numbers from 1, times, lines, a blank one."""
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n\n")
    cues: list[Cue] = []
    speaker = ""
    for number, block in enumerate(text[:-2].split("\n\n"), start=1):
        head, times, *said = block.split("\n")
        assert int(head) == number
        assert 1 <= len(said) <= 2
        if label := re.match(r"([A-Z]\w*(?: \d+)?): ", said[0]):
            speaker = label[1]
            said[0] = said[0][label.end() :]
        start, end = times.split(" --> ")
        cues.append(
            Cue(seconds(start, ","), seconds(end, ","), speaker, " ".join(said))
        )
    return in_time(cues)


def read_vtt(path: Path) -> list[Cue]:
    head, *blocks = path.read_text(encoding="utf-8").removesuffix("\n\n").split("\n\n")
    assert head == "WEBVTT"
    cues = []
    for block in blocks:
        times, said = block.split("\n", 1)
        start, end = times.split(" --> ")
        voice = re.fullmatch(r"<v ([^>]+)>(.*)", said, re.DOTALL)
        assert voice is not None
        text = voice[2].replace("\n", " ").replace("&lt;", "<").replace("&gt;", ">")
        text = text.replace("&amp;", "&")
        cues.append(Cue(seconds(start, "."), seconds(end, "."), voice[1], text))
    return in_time(cues)


def seconds(stamp: str, point: str) -> float:
    found = re.fullmatch(
        rf"(\d\d):([0-5]\d):([0-5]\d){re.escape(point)}(\d{{3}})", stamp
    )
    assert found is not None
    hours, minutes, whole, thousandths = map(int, found.groups())
    return hours * 3600 + minutes * 60 + whole + thousandths / 1000


def in_time(cues: list[Cue]) -> list[Cue]:
    assert all(cue.start < cue.end for cue in cues)
    return cues


def spoken(cues: list[Cue], lines: list[dict[str, object]]) -> list[Final]:
    """*cues* put together again where a final of *lines* ends; each when it is said."""
    whole: list[Final] = []
    waiting = iter(cues)
    for line in filter(is_final, lines):
        began, text = float(str(line["start"])), str(line["text"])
        said, speaker = "", ""
        while len(said) < len(text):
            cue = next(waiting)
            assert said or began - 0.001 <= cue.start < began + 1.0
            said, speaker = f"{said} {cue.text}".strip(), cue.speaker
        whole.append((speaker, said))
    assert not list(waiting)
    return whole


def read_text(path: Path) -> list[Final]:
    lines = path.read_text(encoding="utf-8").splitlines()
    said = (re.fullmatch(r"\[\d\d:\d\d\] (\w+(?: \d+)?): (.*)", line) for line in lines)
    return [(one[1], one[2]) for one in said if one]


def read_markdown(path: Path) -> list[Final]:
    _, said = path.read_text(encoding="utf-8").split("## Transcript\n\n")
    paragraphs = re.findall(
        r"^\*\*(.*)\*\* \(\d\d:\d\d\): (.*)$", said.split("\n## ")[0], re.MULTILINE
    )
    return [(name, re.sub(r"\\(.)", r"\1", text)) for name, text in paragraphs]


def read_wire(path: Path) -> set[str]:
    """The texts of the final results."""
    frames = (json.loads(line) for line in path.read_text().splitlines())
    messages = (frame["message"] for frame in frames if frame["type"] == "message")
    return {
        message["punctuated"]["transcript"]
        for message in messages
        if message.get("isFinal")
    }
