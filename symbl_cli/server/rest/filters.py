"""Which conversations a list asks for (§2.4)."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from ...protocol.resource_table import read_time
from ..store.records import ConversationQuery, SortKey
from .exchange import Call, Refused

_DEFAULT_LIMIT = 20
_MOST = 65536
_LONGEST_OFFSET = 10**15
_WINDOW = timedelta(days=7)
_MOST_TERMS = 2
_SORT_KEYS = {
    "conversation.startTime": SortKey.START,
    "conversation.endTime": SortKey.END,
    "conversation.name": SortKey.NAME,
    "conversation.id": SortKey.ID,
}
_ORDERS = {"asc": False, "desc": True}
_AND = re.compile(r"\s+and\s+|;", re.IGNORECASE)
_TERM = re.compile(
    r"""\s*conversation\.(?P<what>name|startTime|metadata\.(?P<key>[\w-]+))\s*
        (?P<operator>==|=g[te]=|=l[te]=|[<>]=?)\s*
        (?P<quote>['"]?)(?P<value>.*)(?P=quote)\s*""",
    re.VERBOSE,
)


def read_query(call: Call) -> ConversationQuery:
    """Raises Refused where the query makes no sense."""
    text = call.request.query.get
    query = ConversationQuery(
        text=text("q", "").strip(),
        id_prefix=text("id", ""),
        sort=_sort(text("sort", "") or "conversation.startTime"),
        descending=_is_descending(text("order", "") or "asc"),
        limit=call.read_count("limit", _DEFAULT_LIMIT, _MOST),
        offset=call.read_count("offset", 0, _LONGEST_OFFSET),
    )
    return _filtered(_in_window(call, query), text("filter", ""))


def _sort(name: str) -> SortKey:
    if name not in _SORT_KEYS:
        raise Refused(400, f'"sort" must be one of {", ".join(_SORT_KEYS)}')
    return _SORT_KEYS[name]


def _is_descending(name: str) -> bool:
    if name.lower() not in _ORDERS:
        raise Refused(400, '"order" must be asc or desc')
    return _ORDERS[name.lower()]


def _in_window(call: Call, query: ConversationQuery) -> ConversationQuery:
    """The last week, unless a time is given or something is looked for."""
    since, until = call.read_moment("startTime"), call.read_moment("endTime")
    if since is not None and since >= (until or call.desk.now()):
        raise Refused(400, '"startTime" must be before "endTime" and now')
    if since is None and not (query.text or query.id_prefix):
        since = _week_before(until or call.desk.now())
    return replace(query, since=since, until=until)


def _week_before(moment: datetime) -> datetime | None:
    try:
        return moment - _WINDOW
    except OverflowError:
        return None


def _filtered(query: ConversationQuery, text: str) -> ConversationQuery:
    terms = _AND.split(text.strip()) if text.strip() else []
    if len(terms) > _MOST_TERMS:
        raise Refused(400, f'"filter" takes at most {_MOST_TERMS} conditions')
    for term in terms:
        found = _TERM.fullmatch(term)
        if found is None:
            raise Refused(400, f'"filter" has no condition like {term!r}')
        query = _narrowed(query, found)
    return query


def _narrowed(query: ConversationQuery, term: re.Match[str]) -> ConversationQuery:
    value = term["value"]
    match term["what"], term["operator"].strip("="):
        case "startTime", "gt" | "ge" | ">":
            return replace(query, since=_moment(value))
        case "startTime", "lt" | "le" | "<":
            return replace(query, until=_moment(value))
        case "name", "":
            return replace(query, name=value)
        case what, "" if what != "startTime":
            return replace(query, metadata={**query.metadata, term["key"]: value})
        case what, _:
            raise Refused(400, f'"filter" cannot compare {what} like this')


def _moment(text: str) -> datetime:
    try:
        return read_time(text)
    except ValueError:
        raise Refused(400, '"filter" has a time that is no ISO 8601') from None
