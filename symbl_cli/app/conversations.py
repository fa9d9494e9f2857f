"""`symbl conversation`: past conversations, and the one that runs."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from threading import Thread
from typing import TYPE_CHECKING, TypeAlias
from uuid import uuid4

from ..collection import without_collection
from ..config.places import find_places
from ..config.resolve import Configuration, load
from ..connect.choice import endpoint_for
from ..connect.lease import hold_lease
from ..frozen import dataclass
from ..protocol import resources as r
from ..protocol.events import Person, Tracker
from ..render import sheets
from ..render.printing import Form, Printer

if TYPE_CHECKING:
    from ..conversations.client import ConversationsClient

_BREAK = "<br/><br/>"
"""What the API has between paragraphs (conversation-api.md §2.17)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Whom to ask, and how to print what they say."""

    api_url: str | None = None
    profile: str | None = None
    engine: str | None = None
    form: Form = Form.TEXT
    fields: tuple[str, ...] = ()
    color: str = "auto"

    def printer(self) -> Printer:
        return Printer(
            stream=sys.stdout, form=self.form, fields=self.fields, color=self.color
        )


class Text(StrEnum):
    """A transcript in one piece."""

    MARKDOWN = "text/markdown"
    SRT = "text/srt"


@contextmanager
def asked(asking: Asking) -> "Iterator[ConversationsClient]":
    """A client of the server that the settings mean."""
    with without_collection():
        server = endpoint_for(configuration_of(asking), needs_store=True)
        # To load the client takes a good part of what a server takes to start.
        loading = Thread(target=_load_client, name="loading", daemon=True)
        loading.start()
        server()
        loading.join()
    from ..conversations.client import ConversationsClient
    from ..conversations.http import Http

    with ConversationsClient(Http(server)) as client, hold_lease(server, uuid4()):
        yield client


def configuration_of(asking: Asking) -> Configuration:
    flags = {
        "api_url": asking.api_url,
        "profile": asking.profile,
        "engine": asking.engine,
    }
    return load(flags, environment=os.environ, places=find_places())


def _load_client() -> None:
    from ..conversations import client  # noqa: F401 — this is all


def print_list(asking: Asking, search: str) -> None:
    with asked(asking) as client:
        found = list(client.list(search))
    asking.printer().print_all(r.Conversation, found, sheets.conversations(found))


def print_whole(asking: Asking, name: str) -> None:
    """One conversation; for people with how much it holds."""
    with asked(asking) as client:
        found = client.find(name)
        is_for_people = asking.form is Form.TEXT and not asking.fields
        counts = _counts(client, found.id) if is_for_people else {}
    asking.printer().print_one(found, sheets.whole(found, counts))


def _counts(client: "ConversationsClient", conversation_id: str) -> dict[str, int]:
    return {
        "Messages": len(client.messages(conversation_id)),
        "Questions": len(client.questions(conversation_id)),
        "Action items": len(client.action_items(conversation_id)),
        "Follow-ups": len(client.follow_ups(conversation_id)),
        "Topics": len(client.topics(conversation_id)),
    }


@dataclass(frozen=True, slots=True)
class Found:
    """What was asked for, and how people see it."""

    cls: type
    items: Sequence[object]
    sheet: sheets.Sheet


Part: TypeAlias = "Callable[[ConversationsClient, str], Found]"
"""Asks for a part of the conversation that is named."""


def print_part(asking: Asking, name: str, part: Part) -> None:
    with asked(asking) as client:
        found = part(client, name)
    asking.printer().print_all(found.cls, found.items, found.sheet)


def messages(client: "ConversationsClient", name: str) -> Found:
    items = client.messages(name)
    return Found(r.Message, items, sheets.messages(items))


def topics(client: "ConversationsClient", name: str) -> Found:
    items = client.topics(name)
    return Found(r.Topic, items, sheets.topics(items))


def questions(client: "ConversationsClient", name: str) -> Found:
    items = client.questions(name)
    return Found(r.Question, items, sheets.questions(items, client.messages(name)))


def open_questions(client: "ConversationsClient", name: str) -> Found:
    items = [one for one in client.questions(name) if one.answered_by is None]
    return Found(r.Question, items, sheets.questions(items, client.messages(name)))


def action_items(client: "ConversationsClient", name: str) -> Found:
    items = client.action_items(name)
    sheet = sheets.action_items(items, client.messages(name))
    return Found(r.ActionItem, items, sheet)


def follow_ups(client: "ConversationsClient", name: str) -> Found:
    items = client.follow_ups(name)
    sheet = sheets.follow_ups(items, client.messages(name))
    return Found(r.ActionItem, items, sheet)


def entities(client: "ConversationsClient", name: str) -> Found:
    items = client.entities(name)
    return Found(r.Entity, items, sheets.entities(items))


def members(client: "ConversationsClient", name: str) -> Found:
    items = client.members(name)
    return Found(Person, items, sheets.members(items))


def trackers(client: "ConversationsClient", name: str) -> Found:
    items = client.trackers(name)
    return Found(Tracker, items, sheets.trackers(items))


def summary(client: "ConversationsClient", name: str) -> Found:
    items = client.summary(name)
    return Found(r.SummarySentence, items, sheets.summary(items))


def print_analytics(asking: Asking, name: str) -> None:
    with asked(asking) as client:
        measured = client.analytics(name)
    asking.printer().print_one(measured, sheets.analytics(measured))


def print_transcript(asking: Asking, name: str, form: str) -> None:
    """As `text` its messages, a line each; as `json` the API's answer."""
    if form == "text":
        print_part(asking, name, messages)
        return
    kind = Text.SRT if form == "srt" else Text.MARKDOWN
    wanted = r.TranscriptRequest(content_type=kind, show_speakers=True)
    with asked(asking) as client:
        transcript = client.transcript(name, wanted)
    if form == "json":
        printer = replace(asking, form=Form.JSON).printer()
        printer.print_one(transcript, sheets.Sheet((), (), ()))
    else:
        text = transcript.content.replace(_BREAK, "\n\n").rstrip("\n")
        sys.stdout.write(f"{text}\n")
