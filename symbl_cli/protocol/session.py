"""Who may say what when on one socket: one table, blind to the role (§4.1).

    IDLE --start--> STARTING --started--> LISTENING --stop--> DRAINING --> COMPLETED
                        ^                     |
                        |                     +--pause--> PAUSING --> PAUSED
                        +------------------------------start-----------+

A session is told everything that its owner sends and receives. It is strict with
its owner and lenient with the peer, as the reference is: audio at the wrong time
counts for nothing, and unknown server messages are taken at any time.
"""

import re
from enum import Enum, auto
from typing import TypeAlias

from ..errors import LocalProtocolError, RemoteProtocolError
from . import events as e

CONNECTION_ID_RULE = "a connection id has 1 to 128 characters of A-Z a-z 0-9 _.~=+@:-"
_CONNECTION_ID = re.compile(r"[A-Za-z0-9_.~=+@:-]{1,128}")


def is_connection_id(text: str) -> bool:
    """What may name a connection (§1.4), by CONNECTION_ID_RULE."""
    return _CONNECTION_ID.fullmatch(text) is not None


class State(Enum):
    IDLE = auto()
    STARTING = auto()
    """Asked for, not yet answered."""
    LISTENING = auto()
    DRAINING = auto()
    """No more audio; the last words are on their way."""
    PAUSING = auto()
    """As DRAINING, but the socket stays."""
    PAUSED = auto()
    SUBSCRIBED = auto()
    """Listen-only (§1.6)."""
    COMPLETED = auto()
    CLOSED = auto()


class Move(Enum):
    """What an event means for the session."""

    START = auto()
    MODIFY = auto()
    STOP = auto()
    PAUSE = auto()
    """A stop after which the socket stays (§4.3)."""
    AUDIO = auto()
    PING = auto()
    STARTED = auto()
    """It listens: the first of the two frames that say so counts."""
    STOPPED = auto()
    COMPLETED = auto()
    RESULT = auto()
    """Whatever else a server says while it listens."""
    REMARK = auto()
    """What a server may say at any time: errors, pongs, the unknown."""


_S, _M = State, Move
_Moves: TypeAlias = dict[Move, State]

_CLIENT_MOVES: dict[State, _Moves] = {
    _S.IDLE: {_M.START: _S.STARTING, _M.STOP: _S.DRAINING},
    _S.STARTING: {_M.START: _S.STARTING, _M.STOP: _S.DRAINING, _M.PAUSE: _S.PAUSING},
    _S.LISTENING: {
        _M.START: _S.STARTING,
        _M.AUDIO: _S.LISTENING,
        _M.MODIFY: _S.LISTENING,
        _M.STOP: _S.DRAINING,
        _M.PAUSE: _S.PAUSING,
    },
    _S.PAUSING: {_M.START: _S.STARTING},
    _S.PAUSED: {_M.START: _S.STARTING, _M.STOP: _S.DRAINING, _M.PAUSE: _S.PAUSED},
    _S.SUBSCRIBED: {_M.STOP: _S.COMPLETED, _M.PAUSE: _S.COMPLETED},
    _S.DRAINING: {},
    _S.COMPLETED: {},
}

_SERVER_MOVES: dict[State, _Moves] = {
    _S.IDLE: {_M.COMPLETED: _S.COMPLETED},
    _S.STARTING: {
        _M.STARTED: _S.LISTENING,
        _M.RESULT: _S.STARTING,
        _M.STOPPED: _S.STARTING,  # of the pause before this start
        _M.COMPLETED: _S.COMPLETED,
    },
    _S.LISTENING: {
        _M.STARTED: _S.LISTENING,
        _M.RESULT: _S.LISTENING,
        _M.COMPLETED: _S.COMPLETED,
    },
    _S.DRAINING: {
        _M.STARTED: _S.DRAINING,
        _M.RESULT: _S.DRAINING,
        _M.STOPPED: _S.DRAINING,
        _M.COMPLETED: _S.COMPLETED,
    },
    _S.PAUSING: {
        _M.STARTED: _S.PAUSING,
        _M.RESULT: _S.PAUSING,
        _M.STOPPED: _S.PAUSED,
        _M.COMPLETED: _S.COMPLETED,
    },
    _S.PAUSED: {_M.RESULT: _S.PAUSED, _M.COMPLETED: _S.COMPLETED},
    _S.SUBSCRIBED: {_M.RESULT: _S.SUBSCRIBED, _M.COMPLETED: _S.COMPLETED},
    _S.COMPLETED: {_M.STOPPED: _S.COMPLETED},
}

_HEARD_ALL_THE_SAME = {
    (_S.STARTING, _M.AUDIO),  # the Python SDK never waits for an answer
    (_S.COMPLETED, _M.RESULT),  # analysis that lagged behind
}
"""Not to be said in this state, but good when received."""

_HEARD_IN_VAIN = {
    *((state, _M.AUDIO) for state in _S),
    *((_S.SUBSCRIBED, move) for move in (_M.START, _M.MODIFY)),
    *((_S.DRAINING, move) for move in (_M.STOP, _M.PAUSE)),
    *((_S.PAUSING, move) for move in (_M.STOP, _M.PAUSE)),
    *((_S.COMPLETED, move) for move in Move),
    *((_S.CLOSED, move) for move in Move),
} - _HEARD_ALL_THE_SAME
"""Received, it counts for nothing: frames cross, and the reference is lenient."""


class _Session:
    """What both roles share."""

    def __init__(self, state: State = State.IDLE) -> None:
        self.state = state
        self._stays_after_stop = False

    def close(self) -> None:
        """The socket is gone: nothing may be said any more."""
        self.state = State.CLOSED

    def _move(self, event: e.Event) -> Move:
        move = _MOVES.get(type(event), Move.RESULT)
        if move is Move.STOP and self._stays_after_stop:
            return Move.PAUSE
        return move

    def _go(self, event: e.Event, state: State) -> None:
        self.state = state
        if isinstance(event, e.StartRequest):
            self._stays_after_stop = (
                event.disconnect_on_stop_request is False
                and event.disconnect_on_stop_request_timeout != 0
            )

    def _say(self, event: e.Event, allowed: dict[State, _Moves]) -> None:
        problem = _problem(event)
        target = self._target(event, allowed)
        if problem or target is None:
            name = type(event).__name__
            raise LocalProtocolError(problem or f"{name} while {self.state.name}")
        self._go(event, target)

    def _hear(self, event: e.Event, allowed: dict[State, _Moves]) -> bool:
        if problem := _problem(event):
            raise RemoteProtocolError(problem)
        at = (self.state, self._move(event))
        if (target := self._target(event, allowed)) is not None:
            self._go(event, target)
            return True
        if at in _HEARD_IN_VAIN:
            return False
        if at in _HEARD_ALL_THE_SAME:
            return True
        name = type(event).__name__
        raise RemoteProtocolError(f"{name} while {self.state.name}")

    def _target(self, event: e.Event, allowed: dict[State, _Moves]) -> State | None:
        """Where *event* leads, `None` where it may not be said."""
        move = self._move(event)
        if move in _ANY_TIME and self.state is not State.CLOSED:
            return self.state
        return allowed.get(self.state, {}).get(move)


class ClientSession(_Session):
    """The client's end; *state* SUBSCRIBED for a listen-only socket."""

    def send(self, event: e.ClientEvent) -> None:
        """Raises LocalProtocolError where *event* may not be said now."""
        self._say(event, _CLIENT_MOVES)

    def receive(self, event: e.Event) -> bool:
        """Whether *event* is to be handled; raises RemoteProtocolError."""
        if type(event) in _CLIENT_ONLY:
            raise RemoteProtocolError(f"a server does not send {type(event).__name__}")
        return self._hear(event, _SERVER_MOVES)


class ServerSession(_Session):
    """The server's end; *state* SUBSCRIBED for a listen-only socket."""

    def send(self, event: e.ServerEvent) -> None:
        """Raises LocalProtocolError where *event* may not be said now."""
        self._say(event, _SERVER_MOVES)

    def receive(self, event: e.Event) -> bool:
        """Whether *event* is to be handled: audio that nobody asked for is not.

        Raises RemoteProtocolError, also for types that nobody knows (§5).
        """
        if isinstance(event, e.Unknown):
            raise RemoteProtocolError(f"unknown type {event.type!r}")
        if type(event) not in _CLIENT_ONLY:
            raise RemoteProtocolError(f"a client does not send {type(event).__name__}")
        return self._hear(event, _CLIENT_MOVES)


_MOVES: dict[type, Move] = {
    e.StartRequest: Move.START,
    e.ModifyRequest: Move.MODIFY,
    e.StopRequest: Move.STOP,
    e.Audio: Move.AUDIO,
    e.Skip: Move.AUDIO,
    e.Ping: Move.PING,
    e.StartedListening: Move.STARTED,
    e.ConversationCreated: Move.RESULT,
    e.RecognitionStarted: Move.STARTED,
    e.RecognitionStopped: Move.STOPPED,
    e.ConversationCompleted: Move.COMPLETED,
    e.SubscriptionStarted: Move.RESULT,
    e.Marked: Move.RESULT,
    e.ErrorMessage: Move.REMARK,
    e.NestedError: Move.REMARK,
    e.Progress: Move.REMARK,
    e.Pong: Move.REMARK,
    e.Unknown: Move.REMARK,
    e.UnknownLifecycle: Move.REMARK,
}
"""Everything else is a result."""

_ANY_TIME = {Move.PING, Move.REMARK}

_CLIENT_ONLY = {
    e.StartRequest,
    e.ModifyRequest,
    e.StopRequest,
    e.Audio,
    e.Skip,
    e.Ping,
}


def _problem(event: e.Event) -> str:
    """What is wrong with *event* at any time; empty: nothing."""
    match event:
        case e.Skip(start=start, end=end) if end < start:
            return "a skip goes forward: skip.to must not be less than skip.from"
        case _:
            return ""
