"""Commands that take each option as it was meant, or say why they do not."""

from collections.abc import Sequence

import click


class Command(click.Command):
    """Refuses a second value where there can be one: Click would forget the first."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        _refuse_second_values(self, ctx, args)
        return super().parse_args(ctx, args)


class Group(click.Group):
    """As `Command`, and so are those below it."""

    command_class = Command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        _refuse_second_values(self, ctx, args)
        return super().parse_args(ctx, args)


def check_first(option: click.Parameter, given: set[str], ctx: click.Context) -> None:
    """Raises click.UsageError where *option* takes one value and is in *given*.

    Else it is from then on.
    """
    if not _takes_one_value(option):
        return
    name = "/".join(option.opts)
    if name in given and not ctx.resilient_parsing:
        raise click.UsageError(f"{name} is given twice, and takes one value", ctx)
    given.add(name)


def _refuse_second_values(
    command: click.Command, ctx: click.Context, args: Sequence[str]
) -> None:
    """Raises click.UsageError; whatever else is wrong, Click finds by itself."""
    _, _, given = command.make_parser(ctx).parse_args(list(args))
    once: set[str] = set()
    for parameter in given:
        check_first(parameter, once, ctx)


def _takes_one_value(parameter: click.Parameter) -> bool:
    """Of flags, which have none, the last one is meant: `--interim --no-interim`."""
    return isinstance(parameter, click.Option) and not (
        parameter.multiple or parameter.count or parameter.is_flag
    )
