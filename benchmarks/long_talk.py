"""One conversation of hours: a thread sends it, another reads what is told of it."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Condition, Thread

from benchmarks.growth import CLIENT, SERVER, WORKER, Sample
from benchmarks.processes import cpu_seconds, family, resident_megabytes
from benchmarks.recordings import RATE
from benchmarks.soaked import Watched, errors_of
from benchmarks.talk import USUAL, VOICES, Clip, Room, Turn, Variety, take_turns
from benchmarks.told import Final, not_in
from tests.command_line import LIMIT, Home

FILES = ("srt", "vtt", "markdown", "text")
"""Those that must hold every final."""
_AHEAD = 30.0
"""Seconds that are sent before the words of them must have come."""
_BLOCK = 2 * VOICES * (RATE // 4)
_LAST_STILL = 2.0
_BAD = {"spool_off", "audio_dropped", "reconnecting"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    hours: float
    is_fast: bool = True
    seed: int = 1
    variety: Variety = USUAL
    sampled: float = 60.0
    """Seconds of sound between two samples."""


class Talk:
    """Of *client*, which writes all its files into *home*, at *server*."""

    def __init__(
        self,
        home: Home,
        plan: Plan,
        client: Watched,
        server: Watched,
        say: Callable[[Sample], None],
    ) -> None:
        self._home, self._plan = home, plan
        self._client, self._server = client, server
        self._say = say
        self.samples: list[Sample] = []
        self.turns: list[Turn] = []
        self.sent = 0.0
        """Seconds."""
        self.cpu = 0.0
        """Seconds of all processes, up to the last sample."""
        self._began = 0.0
        self._finals: dict[str, tuple[int, Final | None]] = {}
        self._order: list[Final] = []
        self._lost = 0.0
        self._states: set[str] = set()
        self._end: dict[str, object] = {}
        self._conversation = ""
        self._workers: list[int] = []
        self._heard = 0.0
        self._moved = Condition()
        self._sound, self._lines = hashlib.sha256(), hashlib.sha256()

    @property
    def finals(self) -> list[Final]:
        """In the order in which they were told first."""
        kept = {name for name, (_, final) in self._finals.items() if final}
        return [final for final in self._order if final.id in kept]

    def go(self, clips: Sequence[Clip]) -> None:
        sender = Thread(target=self._send, args=(clips,), name="sender")
        sender.start()
        assert self._client.process.stdout is not None
        for line in self._client.process.stdout:
            self._lines.update(line)
            self._take(json.loads(line))
        self._move(float("inf"))
        sender.join()
        self._client.process.wait(LIMIT)

    # --- sending

    def _send(self, clips: Sequence[Clip]) -> None:
        random = Random(self._plan.seed)
        room = Room(random, self._plan.variety)
        seconds = self._plan.hours * 3600
        pipe = self._client.process.stdin
        assert pipe is not None
        self._began = time.monotonic()
        try:
            for turn in take_turns(clips, seconds, random, self._plan.variety):
                self.turns.append(turn)
                self._send_paced(room.play(turn))
            self._send_paced(room.still(_LAST_STILL))
            pipe.close()
        except BrokenPipeError:
            pass

    def _send_paced(self, pcm: bytes) -> None:
        pipe = self._client.process.stdin
        assert pipe is not None
        for start in range(0, len(pcm), _BLOCK):
            block = pcm[start : start + _BLOCK]
            self._wait()
            pipe.write(block)
            pipe.flush()
            self._sound.update(block)
            self.sent += len(block) / (2 * VOICES * RATE)

    def _wait(self) -> None:
        """Until the words of what was sent have nearly come, or until it is spoken."""
        if self._plan.is_fast:
            with self._moved:
                self._moved.wait_for(lambda: self.sent - self._heard < _AHEAD, LIMIT)
        else:
            time.sleep(max(0.0, self._began + self.sent - time.monotonic()))

    def _move(self, heard: float) -> None:
        with self._moved:
            self._heard = max(self._heard, heard)
            self._moved.notify_all()

    # --- reading

    def _take(self, line: dict[str, object]) -> None:
        self._conversation = str(line.get("conversation_id") or self._conversation)
        match line["type"]:
            case "transcript":
                self._transcript(line)
            case "status":
                self._states.add(str(line["state"]))
                self._lost += _lost(line)
            case "end":
                self._end = line

    def _transcript(self, line: dict[str, object]) -> None:
        start, end = float(str(line["start"])), float(str(line["end"]))
        name, rev = str(line["id"]), int(str(line["rev"]))
        if line["final"] and self._finals.get(name, (0, None))[0] < rev:
            final = Final(name, name_of(line), str(line["text"]), start, end)
            if name not in self._finals and final.text:
                self._order.append(final)
            self._finals[name] = rev, final if final.text else None
        self._move(end)
        if end >= len(self.samples) * self._plan.sampled:
            self._sample(end)

    def _sample(self, seconds: float) -> None:
        sample = Sample(
            hours=seconds / 3600,
            resident=dict(self._resident()),
            queues=self._client.queues() | self._server.queues(),
            store=_megabytes(self._home.data),
            finals=len(self._order),
            lost=self._lost,
        )
        self.samples.append(sample)
        pids = (*family(self._server.process.pid), self._client.process.pid)
        self.cpu = sum(map(cpu_seconds, pids))
        self._say(sample)

    def _resident(self) -> Iterator[tuple[str, float]]:
        server, *workers = family(self._server.process.pid)
        yield CLIENT, resident_megabytes(self._client.process.pid)
        yield SERVER, resident_megabytes(server)
        self._workers += (pid for pid in workers if pid not in self._workers)
        for pid in workers:
            yield f"{WORKER} {self._workers.index(pid) + 1}", resident_megabytes(pid)

    # --- what came of it

    def wrong(self) -> Iterator[str]:
        """What is not the same in every place."""
        if self._client.process.returncode:
            said = errors_of(self._home, "stream").read_text()[-2000:]
            yield f"the client ended with {self._client.process.returncode}: {said}"
        if self._end.get("audio_dropped") != 0.0 or "error" in self._end:
            yield f"it ended with {json.dumps(self._end)}"
        if bad := self._states & _BAD:
            yield f"there was {', '.join(sorted(bad))}"
        yield from self._wrong_files()
        stored, told = self._stored(), {one.id: one.text for one in self.finals}
        if stored != told:
            differing = {*stored.items()} ^ {*told.items()}
            yield f"the server has other messages than were told: {differing}"
        errors = errors_of(self._home, "serve").read_text()
        if "Traceback" in errors:
            yield f"the server failed: {errors}"

    def _wrong_files(self) -> Iterator[str]:
        files = self._home.folder
        if _digest(files / "out.jsonl", 0) != self._lines.hexdigest():
            yield "the file of lines is not what stdout was"
        sound = files / "out.save-audio"
        header = sound.stat().st_size - round(self.sent * RATE) * 2 * VOICES
        if header < 0 or _digest(sound, header) != self._sound.hexdigest():
            yield "the recording is not what was sent"
        for kind in FILES:
            content = (files / f"out.{kind}").read_text("utf-8")
            if missing := not_in(content, self.finals):
                yield f"{kind} lacks {len(missing)} finals, as {missing[0]!r}"

    def _stored(self) -> dict[str, str]:
        command = ("conversation", "messages", self._conversation, "--json")
        messages = json.loads(self._home.run(*command).stdout)
        return {message["id"]: message["text"] for message in messages}


def name_of(line: dict[str, object]) -> str:
    """Who speaks in *line*."""
    speaker = line["speaker"]
    assert isinstance(speaker, dict)
    return str(speaker["name"])


def _lost(status: dict[str, object]) -> float:
    """Seconds of sound."""
    name = "seconds" if status["state"] == "audio_dropped" else "lost"
    return float(str(status.get(name, 0.0)))


def _digest(path: Path, skipped: int) -> str:
    with path.open("rb") as file:
        file.seek(skipped)
        return hashlib.file_digest(file, "sha256").hexdigest()


def _megabytes(folder: Path) -> float:
    return sum(one.stat().st_size for one in folder.rglob("*.db*")) / 2**20
