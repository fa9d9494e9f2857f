"""`symbl conversation`: what was said, asked and agreed, then or now."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, TypeVar

import click

from .command import Group
from .options import FilePath, reporting

if TYPE_CHECKING:
    from pathlib import Path

    from ..app.conversations import Asking

_Function = TypeVar("_Function", bound=Callable[..., None])

_name = click.argument("name", metavar="ID")
_file = click.argument("file", type=FilePath(allow_dash=True))


def _asks(command: _Function) -> Callable[..., None]:
    """Options that say whom to ask; *command* gets them as its first argument."""

    @click.option("--api-url", metavar="URL", help="Ask this server.")
    @click.option("--profile", metavar="NAME", help="Use this profile.")
    @click.option("--engine", type=click.Choice(["local", "remote"]))
    @wraps(command)
    def ask(
        api_url: str | None, profile: str | None, engine: str | None, **rest: object
    ) -> None:
        from ..app.conversations import Asking

        asking = Asking(
            api_url=api_url,
            profile=profile,
            engine=engine,
            color=reporting().color,
        )
        command(asking, **rest)

    return ask


def _prints(command: _Function) -> Callable[..., None]:
    """As `_asks`, and how to print."""

    @click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text")
    @click.option("--json", "output", flag_value="json", help="JSON on stdout.")
    @click.option("--fields", metavar="A,B", help="Only these, in this order.")
    @wraps(command)
    def print_(
        asking: "Asking", output: str, fields: str | None, **rest: object
    ) -> None:
        from dataclasses import replace

        from ..render.printing import Form

        chosen = tuple(fields.split(",")) if fields else ()
        command(replace(asking, form=Form(output), fields=chosen), **rest)

    return _asks(print_)


@click.group(cls=Group)
def conversation() -> None:
    """Past conversations, and the one that runs.

    ID is a conversation's id, the beginning of it, or `last`.
    """


@conversation.command("list")
@click.option("--search", metavar="TEXT", default="", help="Those that hold it.")
@_prints
def list_them(asking: "Asking", search: str) -> None:
    """All conversations, newest first."""
    from ..app.conversations import print_list

    print_list(asking, search)


@conversation.command()
@_name
@_prints
def show(asking: "Asking", name: str) -> None:
    """When it was, who spoke, how much it holds."""
    from ..app.conversations import print_whole

    print_whole(asking, name)


@conversation.command()
@_name
@_prints
def messages(asking: "Asking", name: str) -> None:
    """What was said, a line a message."""
    from ..app import conversations

    conversations.print_part(asking, name, conversations.messages)


@conversation.command()
@_name
@_prints
def topics(asking: "Asking", name: str) -> None:
    """What it was about, the weightiest first."""
    from ..app import conversations

    conversations.print_part(asking, name, conversations.topics)


@conversation.command()
@_name
@click.option("--open", "only_open", is_flag=True, help="Those without an answer.")
@_prints
def questions(asking: "Asking", name: str, only_open: bool) -> None:
    """What was asked."""
    from ..app import conversations as app

    part = app.open_questions if only_open else app.questions
    app.print_part(asking, name, part)


@conversation.command()
@_name
@_prints
def action_items(asking: "Asking", name: str) -> None:
    """What somebody is to do."""
    from ..app import conversations

    conversations.print_part(asking, name, conversations.action_items)


@conversation.command()
@_name
@_prints
def follow_ups(asking: "Asking", name: str) -> None:
    """What was agreed to come back to."""
    from ..app import conversations

    conversations.print_part(asking, name, conversations.follow_ups)


@conversation.command()
@_name
@_prints
def entities(asking: "Asking", name: str) -> None:
    """Dates, amounts, people and the like."""
    from ..app import conversations

    conversations.print_part(asking, name, conversations.entities)


@conversation.command()
@_name
@click.option(
    "--rename",
    "renamings",
    metavar="OLD=NEW",
    multiple=True,
    help="Give a member another name; insights follow.",
)
@_prints
def members(asking: "Asking", name: str, renamings: tuple[str, ...]) -> None:
    """Who took part."""
    from ..app import conversations
    from ..app.housekeeping import rename_members

    rename_members(asking, name, dict(map(_renaming, renamings)))
    conversations.print_part(asking, name, conversations.members)


def _renaming(text: str) -> tuple[str, str]:
    old, _, new = (part.strip() for part in text.rpartition("="))
    if not (old and new):
        raise click.BadParameter(f"{text!r} is not OLD=NEW", param_hint="--rename")
    return old, new


@conversation.command()
@_name
@_prints
def trackers(asking: "Asking", name: str) -> None:
    """The phrases that were watched for."""
    from ..app import conversations

    conversations.print_part(asking, name, conversations.trackers)


@conversation.command()
@_name
@_prints
def analytics(asking: "Asking", name: str) -> None:
    """Who spoke how long and how fast."""
    from ..app.conversations import print_analytics

    print_analytics(asking, name)


@conversation.command()
@_name
@_prints
def summary(asking: "Asking", name: str) -> None:
    """A few telling sentences, once it has ended."""
    from ..app import conversations

    conversations.print_part(asking, name, conversations.summary)


@conversation.command()
@_name
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json", "markdown", "srt"]),
    default="text",
)
@click.option("--json", "output", flag_value="json", help="JSON on stdout.")
@_asks
def transcript(asking: "Asking", name: str, output: str) -> None:
    """The whole transcript as one text."""
    from ..app.conversations import print_transcript

    print_transcript(asking, name, output)


@conversation.command()
@_name
@click.argument("new_name", metavar="NAME")
@_asks
def rename(asking: "Asking", name: str, new_name: str) -> None:
    """Give conversation ID the name NAME."""
    from ..app.housekeeping import rename as rename_it

    reporting().notices().status(
        f"conversation {rename_it(asking, name, new_name)} is renamed"
    )


@conversation.command()
@click.argument("names", metavar="[ID]...", nargs=-1)
@click.option("--older-than", metavar="30d", help="Those that ended before that.")
@click.option("--all", "everything", is_flag=True, help="Every one that has ended.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_asks
def delete(
    asking: "Asking",
    names: tuple[str, ...],
    older_than: str | None,
    everything: bool,
    yes: bool,
) -> None:
    """Delete conversations and everything derived from them, for good."""
    from ..app import housekeeping

    if not (names or older_than or everything):
        raise click.UsageError("name a conversation, or give --older-than or --all")
    notices = reporting().notices()
    count = housekeeping.delete(
        asking,
        names,
        older_than=_age(older_than),
        everything=everything,
        confirm=(lambda _: True) if yes else _confirm,
        notices=notices,
    )
    notices.status(f"deleted: {count}")


def _age(text: str | None) -> float | None:
    from ..config.values import duration

    try:
        return None if text is None else duration(text)
    except ValueError as exc:
        raise click.BadParameter(str(exc), param_hint="--older-than") from exc


def _confirm(question: str) -> bool:
    """Raises where nobody can be asked."""
    import sys

    if reporting().no_input or not sys.stdin.isatty():
        raise click.UsageError("nobody can be asked here: give --yes to delete")
    return click.confirm(question, err=True)


@conversation.command()
@click.argument("arguments", metavar="[ID] FILE", nargs=-1, type=click.UNPROCESSED)
@click.option("--all", "everything", is_flag=True, help="Every conversation.")
@_asks
def export(asking: "Asking", arguments: tuple[str, ...], everything: bool) -> None:
    """Write a conversation, or with --all every one, to FILE (`-`: stdout)."""
    from pathlib import Path

    from ..app import housekeeping

    expected = 1 if everything else 2
    if len(arguments) != expected:
        wanted = "--all FILE" if everything else "ID FILE, or --all FILE"
        raise click.UsageError(f"give {wanted}")
    name = None if everything else arguments[0]
    count = housekeeping.export(asking, name, _path(Path(arguments[-1])))
    reporting().notices().status(f"exported: {count}")


@conversation.command("import")
@_file
@_asks
def import_(asking: "Asking", file: "Path") -> None:
    """Take in the conversations of FILE (`-`: stdin); prints their ids."""
    from ..app.housekeeping import import_all

    imported = import_all(asking, _path(file))
    for conversation_id in imported.added:
        click.echo(conversation_id)
    for conversation_id in imported.known:
        reporting().notices().warning(f"conversation {conversation_id} is here already")


def _path(file: "Path") -> "Path | None":
    """None: a standard stream."""
    return None if str(file) == "-" else file
