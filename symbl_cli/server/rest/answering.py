"""Which route answers what."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from ...errors import DiskFullError, RemoteProtocolError, StoreError
from ...protocol.events import ConversationId
from ..store.records import ConversationRecord
from ..store.store import Store
from . import (
    analytics,
    bookmarks,
    conversations,
    entities,
    importing,
    insights,
    members,
    messages,
    speakers,
    summary,
    topics,
    trackers,
    transcript,
    unavailable,
)
from .exchange import NO_CONVERSATION, NOT_STORED, Call, Desk, Refused, Reply, Request

Handler: TypeAlias = Callable[[Call], Reply]
OfConversation: TypeAlias = Callable[[Call, ConversationRecord], Reply]

CONVERSATIONS = "/v1/conversations"
METHODS = ("GET", "POST", "PUT", "DELETE")
_VARIABLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    template: str
    """A path whose variable parts stand in braces."""
    handler: Handler
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        pattern = _VARIABLE.sub(r"(?P<\1>[^/]+)", self.template)
        object.__setattr__(self, "pattern", re.compile(f"{pattern}/?"))


def _about(path: str, **handlers: OfConversation) -> list[Route]:
    """Routes on *path* of one conversation, by method."""
    template = f"/v1/conversations/{{conversation}}{path}"
    return [
        Route(method, template, _with_conversation(handler))
        for method, handler in handlers.items()
    ]


def _with_conversation(handler: OfConversation) -> Handler:
    def handle(call: Call) -> Reply:
        found = _found(call)
        if found is None:
            # Whoever has just begun one knows its id before it is on disk.
            call.desk.live.settle(ConversationId(call.names["conversation"]))
            found = _found(call)
        if found is None:
            tenant, name = call.request.tenant, call.names["conversation"]
            has_passed = call.desk.passing.has_ended(tenant, name)
            raise Refused(404, NOT_STORED if has_passed else NO_CONVERSATION)
        store, record = found
        return handler(replace(call, desk=replace(call.desk, store=store)), record)

    return handle


def _found(call: Call) -> tuple[Store, ConversationRecord] | None:
    """The conversation that *call* is about, and where it is.

    For `last` the newest of all, also of those that are not to be stored.
    """
    tenant, name = call.request.tenant, call.names["conversation"]
    found = [
        (store, record)
        for store in (call.desk.store, call.desk.passing.store)
        if (record := store.conversation(tenant, name)) is not None
    ]
    return max(found, key=lambda one: one[1].started_at, default=None)


ROUTES: tuple[Route, ...] = (
    Route("GET", CONVERSATIONS, conversations.list_them),
    Route("POST", CONVERSATIONS, importing.post),
    Route(
        "GET",
        "/v1/conversations/experiences/insights/details/{conversation}",
        unavailable.no_pages,
    ),
    Route(
        "GET",
        "/v1/conversations/experiences/insights/list",
        unavailable.no_pages,
    ),
    *_about(
        "",
        GET=conversations.get,
        PUT=conversations.put,
        DELETE=conversations.delete,
    ),
    *_about("/messages", GET=messages.get),
    *_about("/topics", GET=topics.get),
    *_about("/questions", GET=insights.get_questions),
    *_about("/action-items", GET=insights.get_action_items),
    *_about("/follow-ups", GET=insights.get_follow_ups),
    *_about("/insights", GET=insights.get_all),
    *_about("/comprehensive/action-items", GET=insights.get_comprehensive),
    *_about("/entities", GET=entities.get),
    *_about("/members", GET=members.get),
    *_about("/members/{member}", PUT=members.put),
    *_about("/speakers", PUT=speakers.put),
    *_about("/trackers", GET=trackers.get),
    *_about("/trackers-detected", GET=trackers.get),
    *_about("/analytics", GET=analytics.get),
    *_about("/summary", GET=summary.get),
    *_about("/transcript", POST=transcript.post),
    *_about("/bookmarks", GET=bookmarks.list_them, POST=bookmarks.post),
    *_about("/bookmarks-summary", GET=bookmarks.summarise_all),
    *_about(
        "/bookmarks/{bookmark}",
        GET=bookmarks.get,
        PUT=bookmarks.put,
        DELETE=bookmarks.delete,
    ),
    *_about("/bookmarks/{bookmark}/summary", GET=bookmarks.summarise_one),
    *_about("/intents", GET=unavailable.get_intents),
    *_about("/callscore", GET=unavailable.no_score),
    *_about("/callscore/status", GET=unavailable.no_score),
    *_about("/lm-insights/status", GET=unavailable.no_score),
    *_about("/experiences", POST=unavailable.no_pages_of),
    *_about("/experiences/url", PUT=unavailable.no_pages_of),
)


def answer(request: Request, desk: Desk) -> Reply:
    """The reply to *request*, whatever it is; never raises for what a peer sent."""
    try:
        return _route(request, desk)
    except Refused as exc:
        return exc.reply
    except RemoteProtocolError as exc:
        return Reply({"message": exc.message}, 400)
    except DiskFullError as exc:
        return Reply({"message": exc.message}, 507)
    except StoreError as exc:
        return Reply({"message": exc.message}, 503)


def _route(request: Request, desk: Desk) -> Reply:
    is_known = False
    for route in ROUTES:
        found = route.pattern.fullmatch(request.path)
        if found is None:
            continue
        if route.method == request.method:
            return route.handler(Call(request, desk, found.groupdict()))
        is_known = True
    if is_known:
        raise Refused(405, f"{request.method} is not allowed here")
    raise Refused(404, "there is nothing at this path")
