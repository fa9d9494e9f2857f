import pytest

from symbl_cli.errors import UsageError
from symbl_cli.protocol.events import Fix
from symbl_cli.text.fixes import Fixes, read_fixes

FIXES = Fixes(
    (
        Fix(wrong="symbol", right="Symbl"),
        Fix(wrong="new york", right="Newark"),
        Fix(wrong="new york city", right="Gotham"),
        Fix(wrong="cube netties", right="kubernetes"),
        Fix(wrong="c++", right="C plus plus"),
        Fix(wrong="um", right=""),
    )
)


@pytest.mark.parametrize(
    ("heard", "fixed"),
    [
        ("I use symbol daily.", "I use Symbl daily."),
        ("Symbol, please.", "Symbl, please."),
        ("symbolic symbols", "symbolic symbols"),
        ("new  york and New York City", "Newark and Gotham"),
        ("Cube netties runs it.", "Kubernetes runs it."),
        ("the CUBE NETTIES thing", "the KUBERNETES thing"),
        ("in C++ now", "in C plus plus now"),
        ("So um yes", "So  yes"),
        ("", ""),
    ],
)
def test_what_was_misheard_is_put_right(heard: str, fixed: str) -> None:
    assert FIXES.apply(heard) == fixed


def test_without_fixes_nothing_changes() -> None:
    assert Fixes(()).apply("Hello there.") == "Hello there."
    assert Fixes((Fix(wrong=" ", right="x"),)).apply("a b") == "a b"


def test_what_was_put_right_is_not_put_right_again() -> None:
    swap = Fixes((Fix(wrong="ann", right="Bea"), Fix(wrong="bea", right="Ann")))

    assert swap.apply("Ann and Bea") == "Bea and Ann"


def test_a_file_has_one_fix_a_line() -> None:
    assert read_fixes("# names\nsymbol = Symbl\n\n  a = b = c\num =\n") == (
        Fix(wrong="symbol", right="Symbl"),
        Fix(wrong="a", right="b = c"),
        Fix(wrong="um", right=""),
    )


@pytest.mark.parametrize("line", ["symbol", "= Symbl", "symbol -> Symbl"])
def test_a_malformed_line_is_named(line: str) -> None:
    with pytest.raises(UsageError, match=r"line 2 of the fixes is none"):
        read_fixes(f"a = b\n{line}\n")
