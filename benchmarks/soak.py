"""Hours of conversation through `symbl serve` and `symbl stream`: what grows, what is lost.

    python benchmarks/soak.py [FOLDER] [--hours 4] [--pace fast|realtime] [--trace]

Two speak, each on a channel of their own, in clips of many voices, in an order, with
pauses, a loudness and a noise of chance. The client writes every kind of file, and
everything is detected. Ends with 1 where memory or a queue grows more than it may, or
anything said is not the same in every place. Linux only: it reads /proc.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Condition, Thread

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.figures import Figure, print_figures
from benchmarks.growth import (
    CLIENT,
    SERVER,
    WORKER,
    Sample,
    complaints,
    fullest,
    growths,
    store_growth,
)
from benchmarks.processes import cpu_seconds, family, resident_megabytes
from benchmarks.recordings import RATE, add_folder
from benchmarks.talk import (
    VOICES,
    Clip,
    Room,
    Turn,
    Variety,
    read_clips,
    take_turns,
    write_clip,
)
from benchmarks.told import Final, Heard, compare, not_in
from benchmarks.word_errors import spoken_words
from tests.command_line import LIMIT, Home

WATCHED = Path(__file__).with_name("watched.py")
SPEAKERS = ("Ann", "Bea")
WRITTEN = ("srt", "vtt", "markdown", "text")
AHEAD = 30.0
"""Seconds that are sent before the words of them must have come."""
BLOCK = RATE // 4
LAST_STILL = 2.0
DETECTED = (
    *("--sentiment", "--entities", "--tracker", "Travel=train,ship,journey"),
    *("--tracker", "Printing=printing,type,letters"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    hours: float
    is_fast: bool = True
    seed: int = 1
    variety: Variety = Variety()
    server: Sequence[str] = ()
    """More arguments of `symbl serve`."""
    sampled: float = 60.0
    """Seconds of sound between two samples."""
    is_traced: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    samples: Sequence[Sample]
    finals: Sequence[Final]
    turns: Sequence[Turn]
    heard: Heard
    wrong: Sequence[str]
    speech: float
    """The part of the time in which somebody was heard to speak."""
    cpu: float
    """Cores of all processes, an hour of sound for an hour."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_folder(parser)
    parser.add_argument("--hours", type=float, default=4.0)
    parser.add_argument("--pace", choices=("fast", "realtime"), default="fast")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=5, help="samples a line")
    parser.add_argument("--trace", action="store_true", help="tell what allocates")
    options = parser.parse_args()
    plan = Plan(
        hours=options.hours,
        is_fast=options.pace == "fast",
        seed=options.seed,
        is_traced=options.trace,
    )
    printed = Printed(options.every)
    outcome = soak(plan, read_clips(options.folder), printed)
    print_outcome(outcome)
    sys.exit(bool(outcome.wrong))


def soak(plan: Plan, clips: Sequence[Clip], say: Callable[[Sample], None]) -> Outcome:
    """*say* gets every sample as it is taken."""
    with TemporaryDirectory(prefix="soak-") as folder:
        home = Home(Path(folder))
        with _Watched.serving(home, plan) as server:
            alone = {clip.name: heard_alone(home, clip) for clip in clips}
            with _Watched.streaming(home, plan) as client:
                run = _Run(home, plan, client, server, say)
                run.go(clips)
            return _outcome(home, run, alone)


def _outcome(
    home: Home, run: "_Run", alone: Mapping[str, Sequence[Sequence[str]]]
) -> Outcome:
    finals, turns = run.finals, run.turns
    heard = compare(turns, alone, finals, SPEAKERS)
    wrong = [*run.wrong(), *complaints(run.samples)]
    wrong += (f"nothing was heard of {one}" for one in heard.unheard)
    return Outcome(
        samples=run.samples,
        finals=finals,
        turns=turns,
        heard=heard,
        wrong=wrong,
        speech=sum(one.end - one.start for one in finals) / max(run.sent, 1.0),
        cpu=run.cpu / max(run.sent, 1.0),
    )


def heard_alone(home: Home, clip: Clip) -> list[list[str]]:
    """The words of each of its voices."""
    path = write_clip(clip, home.folder / "clip.wav")
    names = SPEAKERS[: clip.voices]
    named = [part for name in names for part in ("--speaker", name)]
    ran = home.run("stream", path, "--json", "--no-store", "--insights", "none", *named)
    assert ran.code == 0, ran.stderr
    finals = [line for line in ran.of("transcript") if line["final"]]
    return [
        [
            word
            for line in finals
            if _name(line) == name
            for word in spoken_words(str(line["text"]))
        ]
        for name in names
    ]


@dataclass(slots=True)
class _Watched:
    """`symbl` with a thread in it that tells what its queues hold."""

    process: subprocess.Popen[bytes]
    path: Path
    _read: int = 0
    kinds: list[dict[str, int]] = field(default_factory=list)
    grown: list[str] = field(default_factory=list)

    @classmethod
    @contextmanager
    def serving(cls, home: Home, plan: Plan) -> Iterator["_Watched"]:
        with cls._started(home, plan, "serve", "--port", "0", *plan.server) as server:
            deadline = time.monotonic() + LIMIT
            while not (home.data / "server.json").exists():
                assert time.monotonic() < deadline, "no server has started"
                time.sleep(0.05)
            yield server

    @classmethod
    @contextmanager
    def streaming(cls, home: Home, plan: Plan) -> Iterator["_Watched"]:
        named = [part for name in SPEAKERS for part in ("--speaker", name)]
        outputs = [
            part
            for kind in ("jsonl", *WRITTEN, "save-audio")
            for part in (f"--{kind}", str(home.folder / f"out.{kind}"))
        ]
        form = ("--json", "--interim", "--channels", str(VOICES), *named)
        command = ("stream", "-", *form, *DETECTED, *outputs)
        with cls._started(home, plan, *command) as client:
            yield client

    @classmethod
    @contextmanager
    def _started(cls, home: Home, plan: Plan, *command: str) -> Iterator["_Watched"]:
        path = home.folder / f"{command[0]}.watched"
        more = {"PYTHONTRACEMALLOC": "3"} if plan.is_traced else {}
        with (home.folder / f"{command[0]}.err").open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, str(WATCHED), str(path), *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=home.environment(**more),
                cwd=home.folder,
            )
        try:
            yield cls(process, path)
        finally:
            process.terminate()
            process.wait(LIMIT)

    def queues(self) -> dict[str, int]:
        """The most of each since the last call."""
        most: dict[str, int] = {}
        for said in self._news():
            for name, held in said["queues"].items():
                most[name] = max(most.get(name, 0), held)
            if "kinds" in said:
                self.kinds.append(said["kinds"])
            self.grown = said.get("grown", self.grown)
        return most

    def _news(self) -> Iterator[dict[str, dict[str, int]]]:
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self._read)
            for line in file:
                if line.endswith(b"\n"):
                    self._read += len(line)
                    yield json.loads(line)


class _Run:
    """One thread sends, this one reads."""

    def __init__(
        self,
        home: Home,
        plan: Plan,
        client: _Watched,
        server: _Watched,
        say: Callable[[Sample], None],
    ) -> None:
        self._home, self._plan = home, plan
        self._client, self._server = client, server
        self._say = say
        self.samples: list[Sample] = []
        self.turns: list[Turn] = []
        self.sent = 0.0
        self.cpu = 0.0
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
            self._send_paced(room.still(LAST_STILL))
            pipe.close()
        except BrokenPipeError:
            pass

    def _send_paced(self, pcm: bytes) -> None:
        pipe = self._client.process.stdin
        assert pipe is not None
        size = 2 * VOICES * BLOCK
        for start in range(0, len(pcm), size):
            block = pcm[start : start + size]
            self._wait()
            pipe.write(block)
            pipe.flush()
            self._sound.update(block)
            self.sent += len(block) / (2 * VOICES * RATE)

    def _wait(self) -> None:
        """Until the words of what was sent have nearly come, or until it is spoken."""
        if self._plan.is_fast:
            with self._moved:
                self._moved.wait_for(lambda: self.sent - self._heard < AHEAD, LIMIT)
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
                lost = line.get("lost") or (
                    line.get("seconds") if line["state"] == "audio_dropped" else 0.0
                )
                self._lost += float(str(lost or 0.0))
            case "end":
                self._end = line

    def _transcript(self, line: dict[str, object]) -> None:
        start, end = float(str(line["start"])), float(str(line["end"]))
        name, rev = str(line["id"]), int(str(line["rev"]))
        if line["final"] and self._finals.get(name, (0, None))[0] < rev:
            final = Final(name, _name(line), str(line["text"]), start, end)
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
            yield f"the client ended with {self._client.process.returncode}"
        if self._end.get("audio_dropped") != 0.0 or "error" in self._end:
            yield f"it ended with {json.dumps(self._end)}"
        if bad := self._states & {"spool_off", "audio_dropped", "reconnecting"}:
            yield f"there was {', '.join(sorted(bad))}"
        yield from self._wrong_files()
        stored, told = self._stored(), {one.id: one.text for one in self.finals}
        if stored != told:
            differing = {*stored.items()} ^ {*told.items()}
            yield f"the server has other messages than were told: {differing}"
        errors = (self._home.folder / "serve.err").read_text()
        if "Traceback" in errors:
            yield f"the server failed: {errors}"

    def _wrong_files(self) -> Iterator[str]:
        files = self._home.folder
        if _digest(files / "out.jsonl", 0) != self._lines.hexdigest():
            yield "the file of lines is not what stdout was"
        sound = files / "out.save-audio"
        header = sound.stat().st_size - round(self.sent * RATE) * 2 * VOICES
        if _digest(sound, header) != self._sound.hexdigest():
            yield "the recording is not what was sent"
        for kind in WRITTEN:
            content = (files / f"out.{kind}").read_text("utf-8")
            if missing := not_in(content, self.finals):
                yield f"{kind} lacks {len(missing)} finals, as {missing[0]!r}"

    def _stored(self) -> dict[str, str]:
        command = ("conversation", "messages", self._conversation, "--json")
        messages = json.loads(self._home.run(*command).stdout)
        return {message["id"]: message["text"] for message in messages}


class Printed:
    """Prints one of *every* so many samples."""

    def __init__(self, every: int) -> None:
        self._every = every
        self._count = 0
        self._begun = time.monotonic()

    def __call__(self, sample: Sample) -> None:
        if self._count % self._every == 0:
            took = time.monotonic() - self._begun
            sizes = ", ".join(f"{n} {mb:.1f}" for n, mb in sample.resident.items())
            held = ", ".join(f"{n} {k}" for n, k in sample.queues.items() if k)
            print(
                f"{sample.hours * 60:5.1f} min (after {took:.0f} s): {sizes} MB;"
                f" store {sample.store:.2f} MB; {sample.finals} finals;"
                f" {sample.lost:g} s lost\n      {held}",
                flush=True,
            )
        self._count += 1


def print_outcome(outcome: Outcome) -> None:
    print(f"store: {store_growth(outcome.samples):.2f} MB an hour")
    for name, most in fullest(outcome.samples).items():
        print(f"{name}: at most {most}")
    errors = outcome.heard.errors
    print(
        f"{outcome.heard.turns} clips, {len(outcome.finals)} finals, speech in"
        f" {outcome.speech:.0%} of the time; {errors.words} words of the clips alone:"
        f" {errors.substitutions} others, {errors.deletions} fewer,"
        f" {errors.insertions} more; {outcome.cpu:.3f} cores"
    )
    print_figures(
        Figure(
            f"{one.process} grows an hour of sound",
            one.an_hour,
            one.allowed,
            "MB",
            f"{one.first:.1f} MB to {one.last:.1f} MB",
        )
        for one in growths(outcome.samples)
    )
    for complaint in outcome.wrong:
        print(f"WRONG: {complaint}")


def _name(line: dict[str, object]) -> str:
    speaker = line["speaker"]
    assert isinstance(speaker, dict)
    return str(speaker["name"])


def _digest(path: Path, skipped: int) -> str:
    with path.open("rb") as file:
        file.seek(skipped)
        return hashlib.file_digest(file, "sha256").hexdigest()


def _megabytes(folder: Path) -> float:
    return sum(one.stat().st_size for one in folder.rglob("*.db*")) / 2**20


if __name__ == "__main__":
    main()
