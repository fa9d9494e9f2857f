"""How long last words are waited for."""

from dataclasses import replace

from symbl_cli.lines import EndReason, Transcript
from symbl_cli.protocol import events as e
from symbl_cli.streaming.run import Control
from symbl_cli.streaming.transcribe import transcribe
from symbl_cli.streaming.world import REAL_WORLD
from tests.fakes import LiveSource, RecordingSink, chunks_of
from tests.streaming.runs import RUN, SECOND, TIMING, heard
from tests.streaming.service import Peer, Service

ALMOST = TIMING.last_words * 0.8


def test_a_server_that_is_at_work_on_the_last_words_is_waited_for() -> None:
    now = [100.0]
    source, control, sink = LiveSource(), Control(), RecordingSink()
    source.feed(*chunks_of(SECOND))

    def serve(peer: Peer) -> None:
        peer.listen(0)
        peer.audio(len(SECOND))
        control.stop(EndReason.INTERRUPTED)
        peer.until(e.StopRequest)
        for _ in range(4):
            peer.send(e.Progress(backlog=1.0))
            peer.until_seen()
            now[0] += ALMOST
        peer.send(heard("Hi", is_final=True))
        peer.end()

    with Service(serve) as service:
        world = replace(REAL_WORLD, clock=lambda: now[0])
        end = transcribe(
            [source], service.server(), RUN, sink, control=control, world=world
        )

    said = [body.text for body in sink.bodies if isinstance(body, Transcript)]
    assert (said, end.reason, end.error) == (["Hi"], EndReason.INTERRUPTED, None)
