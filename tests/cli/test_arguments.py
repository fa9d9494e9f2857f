"""Options that contradict themselves are refused, in every command there is."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from symbl_cli.cli.main import cli, run
from tests.cli.talks import talk_in
from tests.command_line import Home


def _commands(
    command: click.Command, *path: str
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from _commands(child, *path, name)


def _single() -> Iterator[tuple[tuple[str, ...], str]]:
    """Every option that takes one value, with where it stands."""
    for path, command in _commands(cli):
        for option in command.params:
            if isinstance(option, click.Option) and not (
                option.multiple or option.count or option.is_flag
            ):
                yield path, option.opts[-1]


@pytest.mark.parametrize(("path", "option"), [*_single()], ids="".join)
def test_an_option_with_one_value_is_refused_a_second(
    path: tuple[str, ...], option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run((*path, option, "one", option, "two"))

    shown = capsys.readouterr()
    assert (code, shown.out) == (2, "")
    assert f"{option} is given twice, and takes one value; see `symbl" in shown.err


def test_before_the_command_and_behind_it_is_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = (str(tmp_path / name) for name in ("one.log", "two.log"))

    refused = run(("--log-file", one, "recover", "--log-file", two))
    shown = capsys.readouterr()
    taken = run(("--color", "never", "-v", "config", "--no-input", "path", "-v", "-q"))

    assert (refused, shown.out, taken) == (2, "", 0)
    assert "--log-file is given twice, and takes one value" in shown.err


def test_a_file_named_first_is_not_forgotten(scripted: Home, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()

    ran = scripted.run(
        *("stream", talk_in(tmp_path), "--jsonl", "a", "--jsonl", "b"), cwd=folder
    )

    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr == (
        "Error: --jsonl is given twice, and takes one value;"
        " see `symbl stream --help`\n"
    )
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    ("option", "stdout"),
    [
        ("--jsonl", "give --json for stdout, "),
        ("--srt", "give -o srt for stdout, "),
        ("--vtt", "give -o vtt for stdout, "),
        ("--markdown", "give -o markdown for stdout, "),
        ("--text", "give -o text for stdout, "),
        ("--record-wire", "give -o wire for stdout, "),
        ("--save-audio", ""),
        ("--save-dir", ""),
        ("--log-file", ""),
        ("--vocab-file", ""),
    ],
)
def test_a_dash_is_no_file(
    scripted: Home, tmp_path: Path, option: str, stdout: str
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()

    ran = scripted.run("stream", talk_in(tmp_path), option, "-", cwd=folder)

    assert (ran.code, ran.stdout) == (2, "")
    assert f"'{option}': '-' names no file: {stdout}./- for that name" in ran.stderr
    assert not list(folder.iterdir())


def test_a_file_may_be_called_a_dash(scripted: Home, tmp_path: Path) -> None:
    ran = scripted.run(
        "stream", talk_in(tmp_path, "so be it"), "--text", "./-", cwd=tmp_path
    )

    assert ran.code == 0, ran.stderr
    assert (tmp_path / "-").read_text() == "[00:01] Speaker 1: so be it\n"


def test_what_may_be_given_again_is_taken_each_time(
    scripted: Home, tmp_path: Path
) -> None:
    ran = scripted.run(
        *("stream", talk_in(tmp_path, "so be it"), "--no-interim", "--interim", "-vv"),
        *("--tracker", "so=so be", "--tracker", "it=be it", "--json"),
    )

    assert ran.code == 0
    assert {line["name"] for line in ran.of("tracker")} == {"so", "it"}
    assert not all(line["final"] for line in ran.of("transcript"))
