import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbl_cli.text.terminal import clip, clip_start, columns, json_safe, terminal_safe


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words", "plain words"),
        ("où 東京 🙂", "où 東京 🙂"),
        ("two\nlines\tand tab", "two lines and tab"),
        ("a\u2028b\x85c", "a b c"),
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x1b]0;owned\x07", "␛]0;owned␇"),
        ("\x9b31m\x90q", "�31m�q"),
        ("abc\u202ecba\u2066", "abc�cba�"),
        ("del\x7f\x08", "del�␈"),
        ("lone \ud83d half", "lone � half"),
    ],
)
def test_text_is_shown_and_never_obeyed(text: str, shown: str) -> None:
    assert terminal_safe(text) == shown


@given(st.text())
def test_no_control_character_survives(text: str) -> None:
    safe = terminal_safe(text)

    assert not any(c < " " or "\x7f" <= c < "\xa0" for c in safe)
    assert safe.splitlines() in ([safe], [])
    assert terminal_safe(safe) == safe


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("abc", 3), ("東京", 4), ("e\u0301", 1), ("🙂", 2)]
)
def test_columns_are_those_of_a_terminal(text: str, width: int) -> None:
    assert columns(text) == width


@pytest.mark.parametrize(
    ("text", "width", "beginning", "end"),
    [
        ("hello there", 11, "hello there", "hello there"),
        ("hello there", 8, "hello t…", "…o there"),
        ("hello there", 7, "hello…", "…there"),
        ("東京東京", 5, "東京…", "…東京"),
        ("東京東京", 4, "東…", "…京"),
        ("hello", 1, "…", "…"),
        ("hello", 0, "", ""),
    ],
)
def test_what_does_not_fit_is_cut(
    text: str, width: int, beginning: str, end: str
) -> None:
    assert clip(text, width) == beginning
    assert clip_start(text, width) == end


@given(st.text(), st.integers(0, 20))
def test_what_is_cut_fits(text: str, width: int) -> None:
    assert columns(clip(text, width)) <= width
    assert columns(clip_start(text, width)) <= width


@given(st.text())
def test_safe_json_says_the_same_on_one_line_that_no_terminal_obeys(text: str) -> None:
    safe = json_safe(json.dumps(text, ensure_ascii=False))

    assert json.loads(safe) == text
    assert len(safe.splitlines()) == 1
    assert not set(safe) & {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))}
