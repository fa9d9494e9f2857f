"""Who may say what when, for both ends."""

import pytest

from symbl_cli.errors import LocalProtocolError, RemoteProtocolError
from symbl_cli.protocol import events as e
from symbl_cli.protocol.session import ClientSession, ServerSession, State

ROOM = e.ConversationId("5")
STARTED = (
    e.StartedListening(),
    e.ConversationCreated(conversation_id=ROOM),
    e.RecognitionStarted(conversation_id=ROOM),
)
PAUSABLE = e.StartRequest(
    disconnect_on_stop_request=False, disconnect_on_stop_request_timeout=60
)


class Pair:
    """A client and a server back to back: what one says, the other hears."""

    def __init__(self) -> None:
        self.client = ClientSession()
        self.server = ServerSession()

    def ask(self, *events: e.ClientEvent) -> None:
        for event in events:
            self.client.send(event)
            assert self.server.receive(event)

    def answer(self, *events: e.ServerEvent) -> None:
        for event in events:
            self.server.send(event)
            assert self.client.receive(event)

    def states(self) -> tuple[State, State]:
        return self.client.state, self.server.state


def in_state(state: State) -> Pair:
    pair = Pair()
    if state is State.STARTING:
        pair.ask(e.StartRequest())
    if state in {State.LISTENING, State.DRAINING, State.COMPLETED}:
        pair.ask(e.StartRequest())
        pair.answer(*STARTED)
    if state in {State.DRAINING, State.COMPLETED}:
        pair.ask(e.StopRequest())
    if state is State.COMPLETED:
        pair.answer(e.ConversationCompleted())
    if state in {State.PAUSING, State.PAUSED}:
        pair.ask(PAUSABLE)
        pair.answer(*STARTED)
        pair.ask(e.StopRequest())
    if state is State.PAUSED:
        pair.answer(e.RecognitionStopped())
    return pair


EVERY_STATE = [
    state for state in State if state not in {State.SUBSCRIBED, State.CLOSED}
]


@pytest.mark.parametrize("state", EVERY_STATE, ids=lambda state: state.name)
def test_both_ends_agree_on_the_state(state: State) -> None:
    assert in_state(state).states() == (state, state)


def test_a_whole_conversation_passes_between_two_sessions() -> None:
    pair = Pair()

    pair.ask(e.StartRequest())
    pair.answer(*STARTED)
    pair.ask(e.Audio(b"12"), e.Skip(start=1, end=5), e.Ping(), e.ModifyRequest())
    pair.answer(
        e.Pong(),
        e.SessionModified(),
        e.RecognitionResult(is_final=True),
        e.MessageResponse(),
        e.InsightResponse(),
    )
    pair.ask(e.StopRequest())
    pair.answer(
        e.RecognitionResult(is_final=True),
        e.TopicResponse(),
        e.ConversationCompleted(conversation_id=ROOM),
        e.RecognitionStopped(),
    )

    assert pair.states() == (State.COMPLETED, State.COMPLETED)


def test_the_two_last_words_may_come_in_either_order() -> None:
    pair = in_state(State.DRAINING)

    pair.answer(e.RecognitionStopped(), e.ConversationCompleted())

    assert pair.states() == (State.COMPLETED, State.COMPLETED)


def test_a_stop_that_keeps_the_socket_is_a_pause() -> None:
    pair = in_state(State.PAUSED)

    pair.ask(PAUSABLE)
    pair.answer(*STARTED)

    assert pair.states() == (State.LISTENING, State.LISTENING)


def test_a_pause_may_be_called_off_before_it_was_reached() -> None:
    pair = in_state(State.PAUSING)

    pair.ask(PAUSABLE)
    pair.answer(e.RecognitionStopped(), *STARTED)

    assert pair.states() == (State.LISTENING, State.LISTENING)


def test_no_time_to_wait_after_the_stop_is_no_pause() -> None:
    pair = Pair()

    pair.ask(
        e.StartRequest(
            disconnect_on_stop_request=False, disconnect_on_stop_request_timeout=0
        ),
        e.StopRequest(),
    )

    assert pair.states() == (State.DRAINING, State.DRAINING)


@pytest.mark.parametrize(
    "state",
    [state for state in EVERY_STATE if state is not State.LISTENING],
    ids=lambda state: state.name,
)
def test_audio_at_the_wrong_time_is_our_mistake(state: State) -> None:
    with pytest.raises(LocalProtocolError, match=f"Audio while {state.name}"):
        in_state(state).client.send(e.Audio(b""))


@pytest.mark.parametrize("event", [e.Audio(b""), e.Skip(start=0, end=1)])
@pytest.mark.parametrize(
    ("state", "is_heard"),
    [
        (State.IDLE, False),
        (State.STARTING, True),
        (State.LISTENING, True),
        (State.DRAINING, False),
        (State.PAUSING, False),
        (State.PAUSED, False),
        (State.COMPLETED, False),
    ],
)
def test_a_server_drops_audio_that_it_did_not_ask_for(
    state: State, event: e.ClientEvent, *, is_heard: bool
) -> None:
    server = in_state(state).server

    assert server.receive(event) is is_heard
    assert server.state is state


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (State.IDLE, e.ModifyRequest()),
        (State.DRAINING, e.StartRequest()),
        (State.LISTENING, e.Unknown(type="x")),
        (State.LISTENING, e.StartedListening()),
        (State.LISTENING, e.Skip(start=2, end=1)),
    ],
    ids=lambda item: item.name if isinstance(item, State) else type(item).__name__,
)
def test_a_client_that_makes_no_sense_is_told_so(state: State, event: e.Event) -> None:
    server = in_state(state).server

    with pytest.raises(RemoteProtocolError):
        server.receive(event)
    assert server.state is state


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (State.IDLE, e.RecognitionResult()),
        (State.LISTENING, e.RecognitionStopped()),
        (State.LISTENING, e.StopRequest()),
        (State.LISTENING, e.Audio(b"12")),
    ],
    ids=lambda item: item.name if isinstance(item, State) else type(item).__name__,
)
def test_a_server_that_makes_no_sense_is_not_believed(
    state: State, event: e.Event
) -> None:
    with pytest.raises(RemoteProtocolError):
        in_state(state).client.receive(event)


def test_a_stop_before_any_start_is_answered_like_any_other() -> None:
    pair = Pair()

    pair.ask(e.StopRequest())
    pair.answer(e.RecognitionStopped(), e.ConversationCompleted())

    assert pair.states() == (State.COMPLETED, State.COMPLETED)


def test_analysis_that_lagged_behind_the_end_is_still_heard() -> None:
    assert in_state(State.COMPLETED).client.receive(e.InsightResponse())


def test_what_a_server_invents_is_heard_at_any_time() -> None:
    client = ClientSession()

    assert client.receive(e.Unknown(type="x"))
    assert client.receive(e.UnknownLifecycle(type="y"))
    assert client.receive(e.ErrorMessage(message="no"))


def test_a_subscriber_listens_and_leaves() -> None:
    client = ClientSession(State.SUBSCRIBED)
    server = ServerSession(State.SUBSCRIBED)

    server.send(e.SubscriptionStarted(conversation_id=ROOM))
    assert client.receive(e.SubscriptionStarted(conversation_id=ROOM))
    assert not server.receive(e.Audio(b"12"))
    assert not server.receive(e.StartRequest())
    client.send(e.StopRequest())
    assert server.receive(e.StopRequest())

    assert (client.state, server.state) == (State.COMPLETED, State.COMPLETED)


def test_nothing_is_said_on_a_closed_socket() -> None:
    pair = in_state(State.LISTENING)
    pair.client.close()
    pair.server.close()

    with pytest.raises(LocalProtocolError, match="Ping while CLOSED"):
        pair.client.send(e.Ping())
    with pytest.raises(LocalProtocolError, match="Pong while CLOSED"):
        pair.server.send(e.Pong())
    assert not pair.client.receive(e.InsightResponse())
