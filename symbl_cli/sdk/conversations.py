"""`Conversations`: what is known of a conversation, by its id."""

from ..protocol.events import Fields
from . import arguments
from . import models as m
from .conversation import Conversation
from .service import GivenCredentials, find_service

_NONE: Fields = {}


class ConversationsApi:
    """`symbl.Conversations`: as `Conversation` has them, by an id."""

    def get_conversation(
        self, conversation_id: str, credentials: GivenCredentials = None
    ) -> m.ConversationAnswer:
        return _of(conversation_id, credentials).get_conversation()

    def get_messages(
        self,
        conversation_id: str,
        credentials: GivenCredentials = None,
        parameters: Fields = _NONE,
    ) -> m.Messages:
        return _of(conversation_id, credentials).get_messages(parameters)

    def get_topics(
        self,
        conversation_id: str,
        credentials: GivenCredentials = None,
        parameters: Fields = _NONE,
    ) -> m.Topics:
        return _of(conversation_id, credentials).get_topics(parameters)

    def get_questions(
        self, conversation_id: str, credentials: GivenCredentials = None
    ) -> m.Questions:
        return _of(conversation_id, credentials).get_questions()

    def get_action_items(
        self, conversation_id: str, credentials: GivenCredentials = None
    ) -> m.ActionItems:
        return _of(conversation_id, credentials).get_action_items()

    def get_follow_ups(
        self, conversation_id: str, credentials: GivenCredentials = None
    ) -> m.FollowUps:
        return _of(conversation_id, credentials).get_follow_ups()

    def get_members(
        self, conversation_id: str, credentials: GivenCredentials = None
    ) -> m.Members:
        return _of(conversation_id, credentials).get_members()

    def get_entities(
        self, conversation_id: str, credentials: GivenCredentials = None
    ) -> m.Entities:
        return _of(conversation_id, credentials).get_entities()

    def get_trackers(
        self, conversation_id: str, credentials: GivenCredentials = None
    ) -> list[m.Tracker]:
        return _of(conversation_id, credentials).get_trackers()

    def get_analytics(
        self, conversation_id: str, credentials: GivenCredentials = None
    ) -> m.Analytics:
        return _of(conversation_id, credentials).get_analytics()

    def get_call_score(
        self, conversation_id: str, credentials: GivenCredentials = None
    ) -> m.CallScore:
        return _of(conversation_id, credentials).get_call_score()

    def get_call_score_status(
        self, conversation_id: str, credentials: GivenCredentials = None
    ) -> m.CallScoreStatus:
        return _of(conversation_id, credentials).get_call_score_status()

    def get_call_score_insights_url(
        self, conversation_id: str, credentials: GivenCredentials = None
    ) -> m.Experience:
        return _of(conversation_id, credentials).get_call_score_insights_url()

    def delete_conversation(
        self, conversation_id: str, credentials: GivenCredentials = None
    ) -> m.Confirmation:
        return _of(conversation_id, credentials).delete_conversation()

    def put_members(
        self,
        conversation_id: str,
        members_id: str,
        parameters: Fields = _NONE,
        credentials: GivenCredentials = None,
    ) -> m.Confirmation:
        conversation = _of(conversation_id, credentials)
        return conversation.put_members(members_id, parameters)

    def put_speakers_events(
        self,
        conversation_id: str,
        parameters: Fields = _NONE,
        credentials: GivenCredentials = None,
    ) -> m.Confirmation:
        return _of(conversation_id, credentials).put_speakers_events(parameters)

    def get_formatted_transcript(
        self,
        conversation_id: str,
        parameters: Fields = _NONE,
        credentials: GivenCredentials = None,
    ) -> m.FormattedTranscript:
        return _of(conversation_id, credentials).get_formatted_transcript(parameters)


def _of(conversation_id: str, credentials: GivenCredentials) -> Conversation:
    name = arguments.text("conversation_id", conversation_id)
    return Conversation(lambda: name, find_service(credentials))
