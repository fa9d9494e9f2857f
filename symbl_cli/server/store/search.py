"""Finding words in messages, on SQLite's FTS5."""

from sqlalchemy import Select, column, literal_column, select, table

from . import tables

_INDEX = table("message_search", column("rowid"))


def conversations_with(text: str) -> Select[str]:
    """Ids of the conversations that have a message holding every word of *text*.

    It has a word, and no NUL: FTS5 would end there. Words are matched by their stems:
    "drafts" finds "draft".
    """
    messages = tables.messages
    matching = literal_column("message_search").op("MATCH")(_expression(text))
    numbers = select(_INDEX.c.rowid).where(matching)
    return select(messages.c.conversation_id).where(messages.c.number.in_(numbers))


def _expression(text: str) -> str:
    """*text* in the language of FTS5: words are quoted, so that none is an operator."""
    return " ".join('"' + word.replace('"', '""') + '"' for word in text.split())
