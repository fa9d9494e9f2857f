"""Whatever comes is answered, and never with a 500."""

import json
from string import ascii_letters

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from symbl_cli.protocol.events import Json
from symbl_cli.server.rest.answering import ROUTES, Route
from symbl_cli.server.store.store import open_store
from tests.store.samples import BO, MARK, MEETING, whole_meeting

from .desk import Client

NAMES = [
    "conversation",
    "id",
    "name",
    "metadata",
    "startTime",
    "endTime",
    "members",
    "messages",
    "text",
    "from",
    "timeOffset",
    "duration",
    "words",
    "word",
    "score",
    "topics",
    "questions",
    "actionItems",
    "followUps",
    "trackers",
    "matches",
    "value",
    "messageRefs",
    "offset",
    "entities",
    "type",
    "bookmarks",
    "label",
    "description",
    "beginTimeOffset",
    "speakerEvents",
    "user",
    "seconds",
    "nanos",
    "contentType",
    "phrases",
    "rev",
    "dueBy",
    "assignee",
    "email",
    "userId",
    "messageIds",
    "rootWords",
    "parentRefs",
]
SCALARS = (
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats()
    | some.text(max_size=8)
    | some.sampled_from(
        ["text/srt", "text/markdown", "started_speaking", BO.id, MEETING, "2024-05-01"]
    )
)
VALUES = some.recursive(
    SCALARS,
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(some.sampled_from(NAMES), inner, max_size=6)
    ),
    max_leaves=25,
)
IDS = some.sampled_from([MEETING, "last", BO.id, MARK.id, "x", "%00", "..", "é"])
QUERIES = some.dictionaries(
    some.sampled_from(
        [
            "q",
            "id",
            "limit",
            "offset",
            "order",
            "sort",
            "filter",
            "startTime",
            "endTime",
            "verbose",
            "refresh",
        ]
    ),
    some.text(max_size=12)
    | some.sampled_from(["true", "desc", "9", "conversation.name==a", "2024-05-01"]),
    max_size=4,
)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    route=some.sampled_from(ROUTES),
    ids=some.lists(IDS, min_size=3, max_size=3),
    body=VALUES,
    query=QUERIES,
)
def test_any_request_to_a_known_path_is_answered(
    route: Route, ids: list[str], body: Json, query: dict[str, str]
) -> None:
    template = route.template
    for name, value in zip(("conversation", "member", "bookmark"), ids, strict=True):
        template = template.replace(f"{{{name}}}", value)

    _answered(route.method, template, json.dumps(body).encode(), query)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    method=some.sampled_from(["GET", "PUT", "POST", "DELETE", "", "X"]),
    path=some.text(alphabet=ascii_letters + "/.{}%\0é", max_size=40),
    body=some.binary(max_size=60),
)
def test_any_request_is_answered(method: str, path: str, body: bytes) -> None:
    _answered(method, path, body, {})
    _answered(method, f"/v1/conversations/{MEETING}/{path}", body, {})


def _answered(method: str, path: str, body: bytes, query: dict[str, str]) -> None:
    with open_store(None) as store:
        store.write(*whole_meeting()).result(10)
        reply = Client(store).ask(method, path, raw=body, query=query)

    assert reply.status < 500, reply
    json.dumps(reply.body, allow_nan=False).encode()
    if reply.status >= 400:
        assert isinstance(reply.body, dict)
        assert list(reply.body) == ["message"]
