"""What is known of one conversation."""

import json
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import quote
from uuid import uuid4

from ..connect.lease import hold_lease
from ..errors import UsageError
from ..protocol import resources
from ..protocol.events import Fields, Json
from ..protocol.resource_table import read as read_resource
from . import arguments
from . import models as m
from .reading import read
from .service import Service

_Model = TypeVar("_Model", bound=m.Model)

_NONE: Fields = {}
_ROOT = "/v1/conversations"
_EXPERIENCES = f"{_ROOT}/experiences/insights/details"


class Conversation:
    """Asks the server of a conversation, while it runs and after.

    Raises NotFoundError where there is none, else what keeps the server from
    answering. *parameters* are the API's own: `{"sentiment": True}`.
    """

    def __init__(self, conversation_id: Callable[[], str], service: Service) -> None:
        self._id = conversation_id
        self._service = service

    def get_conversation_id(self) -> str:
        return self._id()

    def get_conversation(self) -> m.ConversationAnswer:
        return self._get(m.ConversationAnswer)

    def get_messages(self, parameters: Fields = _NONE) -> m.Messages:
        return self._get(m.Messages, "/messages", parameters)

    def get_topics(self, parameters: Fields = _NONE) -> m.Topics:
        return self._get(m.Topics, "/topics", parameters)

    def get_questions(self) -> m.Questions:
        return self._get(m.Questions, "/questions")

    def get_action_items(self) -> m.ActionItems:
        return self._get(m.ActionItems, "/action-items")

    def get_follow_ups(self) -> m.FollowUps:
        return self._get(m.FollowUps, "/follow-ups")

    def get_members(self) -> m.Members:
        return self._get(m.Members, "/members")

    def get_entities(self) -> m.Entities:
        return self._get(m.Entities, "/entities")

    def get_trackers(self) -> list[m.Tracker]:
        found = self._ask("GET", self._path("/trackers"))
        return read(m.Trackers, {"trackers": found}).trackers

    def get_analytics(self) -> m.Analytics:
        return self._get(m.Analytics, "/analytics")

    def get_formatted_transcript(
        self, parameters: Fields = _NONE
    ) -> m.FormattedTranscript:
        wanted = arguments.fields("parameters", parameters)
        body = _without_words_for_booleans(wanted)
        answer = self._ask("POST", self._path("/transcript"), body=body)
        inner = answer.get("transcript") if isinstance(answer, dict) else None
        found = read_resource(resources.Transcript, inner)
        return m.FormattedTranscript(m.Transcript(found.content, found.content_type))

    def get_call_score(self) -> m.CallScore:
        return self._get(m.CallScore, "/callscore")

    def get_call_score_status(self) -> m.CallScoreStatus:
        return self._get(m.CallScoreStatus, "/callscore/status")

    def get_call_score_insights_url(self) -> m.Experience:
        path = f"{_EXPERIENCES}/{self._quoted_id()}"
        return read(m.Experience, self._ask("GET", path, {"includeCallScore": True}))

    def put_members(
        self, members_id: str, parameters: Fields = _NONE
    ) -> m.Confirmation:
        member = arguments.text("members_id", members_id)
        path = self._path(f"/members/{quote(member, safe='')}")
        body = {"id": member, **arguments.fields("parameters", parameters)}
        return read(m.Confirmation, self._ask("PUT", path, body=body))

    def put_speakers_events(self, parameters: Fields = _NONE) -> m.Confirmation:
        path = self._path("/speakers")
        body = arguments.fields("parameters", parameters)
        return read(m.Confirmation, self._ask("PUT", path, body=body))

    def delete_conversation(self) -> m.Confirmation:
        """For good."""
        return read(m.Confirmation, self._ask("DELETE", self._path()))

    def _get(
        self, cls: type[_Model], path: str = "", parameters: Fields = _NONE
    ) -> _Model:
        wanted = arguments.fields("parameters", parameters)
        return read(cls, self._ask("GET", self._path(path), wanted))

    def _path(self, path: str = "") -> str:
        return f"{_ROOT}/{self._quoted_id()}{path}"

    def _quoted_id(self) -> str:
        name = arguments.text("conversation_id", self._id())
        if not name.strip("."):  # it would make another path
            raise UsageError(f"{name!r} is no conversation id")
        return quote(name, safe="")

    def _ask(
        self, method: str, path: str, parameters: Fields = _NONE, body: Json = None
    ) -> Json:
        from ..conversations.http import Http

        query = {name: _query(value) for name, value in parameters.items()}
        http = Http(self._service.server)
        try:
            with hold_lease(self._service.server, uuid4()):
                return http.ask(method, path, query=query, body=body)
        finally:
            http.close()


def _query(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _without_words_for_booleans(value: Mapping[str, Json]) -> dict[str, Json]:
    """The vendor's samples write `"true"` where the API has `true`."""
    words: Mapping[Json, bool] = {"true": True, "false": False}

    def real(item: Json) -> Json:
        match item:
            case dict():
                return _without_words_for_booleans(item)
            case str():
                return words.get(item, item)
            case _:
                return item

    return {name: real(item) for name, item in value.items()}
