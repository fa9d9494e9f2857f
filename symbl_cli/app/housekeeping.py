"""`symbl conversation rename|delete|export|import`: what changes conversations."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ..config.settings import Engine
from ..connect.choice import engine_of
from ..conversations.client import ConversationsClient
from ..conversations.exports import read_export, write_export
from ..errors import ConflictError
from ..frozen import dataclass
from ..protocol import resources as r
from ..sinks.notices import Notices
from .conversations import Asking, asked, configuration_of


@dataclass(frozen=True, slots=True)
class Imported:
    """Ids of conversations that are there now, and of those that were before."""

    added: tuple[str, ...]
    known: tuple[str, ...]


def rename(asking: Asking, name: str, new_name: str) -> str:
    """Returns the id."""
    with asked(asking) as client:
        return client.rename(name, new_name).id


def rename_members(asking: Asking, name: str, names: Mapping[str, str]) -> None:
    """*names*: from the old ones to the new ones."""
    with asked(asking) as client:
        conversation_id = client.find(name).id
        for old, new in names.items():
            client.rename_member(conversation_id, old, new)


def delete(
    asking: Asking,
    names: Sequence[str],
    *,
    older_than: float | None,
    everything: bool,
    confirm: Callable[[str], bool],
    notices: Notices,
) -> int:
    """Delete for good what *confirm* allows; returns how many.

    With what killed runs have left of it, where it is this computer's own.
    *older_than* seconds, or *everything*, add to *names*; what runs is left then. A
    recording that was heard faster than it plays may have its end in the future.
    """
    with asked(asking) as client:
        chosen = [client.find(name) for name in names]
        if everything:
            chosen += (one for one in client.list() if one.end_time is not None)
        elif older_than is not None:
            chosen += _ended_before(client, older_than)
        chosen = list({one.id: one for one in chosen}.values())
        if not (chosen and confirm(_question(chosen))):
            return 0
        forget = _forgetting(asking, notices)
        for one in chosen:
            client.delete(one.id)
            forget(one.id)
    return len(chosen)


def _forgetting(asking: Asking, notices: Notices) -> Callable[[str], None]:
    configuration = configuration_of(asking)
    if engine_of(configuration) is not Engine.LOCAL:
        return lambda _: None
    from .forgetting import LeftOvers

    return LeftOvers(configuration.places, notices).forget


def _ended_before(client: ConversationsClient, seconds: float) -> list[r.Conversation]:
    """Those that ended *seconds* ago or earlier."""
    limit = datetime.now(UTC) - timedelta(seconds=seconds)
    return [
        one
        for one in client.list()
        if one.end_time is not None and one.end_time <= limit
    ]


def _question(chosen: Sequence[r.Conversation]) -> str:
    if len(chosen) == 1:
        named = chosen[0].name or chosen[0].id
        return f"Delete conversation {chosen[0].id} ({named}) for good?"
    return f"Delete {len(chosen)} conversations for good?"


def export(asking: Asking, name: str | None, target: Path | None) -> int:
    """Write one conversation, or with no *name* all, to *target*, or else to stdout.

    Returns how many. Raises OutputError where *target* is there already.
    """
    with asked(asking) as client:
        named = client.list() if name is None else [client.find(name)]
        exported = tuple(client.export(one.id) for one in named)
    write_export(exported, target)
    return len(exported)


def import_all(asking: Asking, source: Path | None) -> Imported:
    """Import every conversation of *source*, or else of stdin."""
    file = read_export(source)
    added: list[str] = []
    known: list[str] = []
    with asked(asking) as client:
        for one in file.conversations:
            try:
                added.append(client.import_(one).id)
            except ConflictError:
                known.append(one.conversation.id)
    return Imported(tuple(added), tuple(known))
