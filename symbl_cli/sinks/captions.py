"""Captions as they come: a block a cue, so that the file is one at every instant."""

from ..documents.captions import VTT_HEAD, Captioner, Cue, Spoken, TimedWord, srt, vtt
from ..lines import Begin, Firsts, Line, Transcript
from ..text.terminal import terminal_safe
from .output import Output


class Srt:
    """SRT: numbered blocks, with the name of who begins to speak.

    Where several sources are heard each utterance has it.
    """

    def __init__(self, output: Output) -> None:
        self._output = output
        self._captions = _Captions()
        self._count = 0

    def handle(self, line: Line) -> None:
        blocks = []
        for cue in self._captions.after(line):
            self._count += 1
            blocks.append(srt(cue, self._count))
        if blocks:
            self._output.write("".join(blocks))

    def close(self) -> None:
        self._output.close()


class Vtt:
    """WebVTT: every cue with its voice; its head is written when the run begins."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._captions = _Captions()

    def handle(self, line: Line) -> None:
        match line.body:
            case Begin():
                self._captions.after(line)
                self._output.write(VTT_HEAD)
            case _:
                if text := "".join(map(vtt, self._captions.after(line))):
                    self._output.write(text)

    def close(self) -> None:
        self._output.close()


class _Captions:
    """The cues of each final, once."""

    def __init__(self) -> None:
        self._captioner = Captioner()
        self._firsts = Firsts()

    def after(self, line: Line) -> tuple[Cue, ...]:
        match line.body:
            case Begin(sources=(_, _, *_)):
                self._captioner = Captioner(names_each=True)
                return ()
            case Transcript(final=True) as said if self._is_new(said):
                return tuple(self._captioner.cues(_spoken(said)))
            case _:
                return ()

    def _is_new(self, said: Transcript) -> bool:
        return bool(said.text) and self._firsts.is_first(said)


def _spoken(said: Transcript) -> Spoken:
    words = (
        TimedWord(terminal_safe(word.text), word.start, word.end) for word in said.words
    )
    return Spoken(
        terminal_safe(said.text),
        said.start,
        said.end,
        terminal_safe(said.speaker.name),
        tuple(words),
    )
