import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbl_cli.text.redaction import Found, Sensitive, find, redact


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Write to ana.b+x@mail.example.org today.", "Write to [email] today."),
        ("It is ana dot bell at example dot com, yes.", "It is [email], yes."),
        ("Ana at mail dot example dot org", "[email]"),
        ("Call 555-1234.", "Call [phone]."),
        ("Call +1 (555) 123-4567 now", "Call [phone] now"),
        ("Call (555) 123 4567 now", "Call [phone] now"),
        ("Call 5551234567", "Call [phone]"),
        ("five five five, one two three four.", "[phone]."),
        ("5, 5, 5, 1, 2, 3, 4", "[phone]"),
        ("oh seven double five one two three four", "[phone]"),
        ("My card is 4111 1111 1111 1111, ok?", "My card is [card], ok?"),
        ("4111-1111-1111-1111", "[card]"),
        ("four one one one " * 4, "[card] "),
        ("My number is 123-45-6789.", "My number is [ssn]."),
        ("123 45 6789", "[ssn]"),
        ("DE89 3704 0044 0532 0130 00 is it", "[iban] is it"),
        ("ping 192.168.10.200 first", "ping [ip] first"),
    ],
)
def test_what_identifies_people_is_hidden(said: str, shown: str) -> None:
    assert redact(said) == shown


@pytest.mark.parametrize(
    "said",
    [
        "Meet at 10:30 on 2026-11-27 or 27.11.2026 or 11/27/2026.",
        "It costs 1,000,000 or $12345678.",
        "Version 3.11.7 has 12 parts, 10, 20, 30 and 400.",
        "One of the two or three at home dot the i's.",
        "one two three",
        "Look at example.org at noon.",
    ],
)
def test_what_identifies_nobody_stays(said: str) -> None:
    assert redact(said) == said


def test_only_what_is_asked_for_is_hidden() -> None:
    said = "ana@example.org or 555-1234"

    assert redact(said, {"phone"}) == "ana@example.org or [phone]"
    assert redact(said, ()) == said


def test_another_mask_takes_the_place_of_the_names() -> None:
    assert redact("Call 555-1234.", mask="****") == "Call ****."


def test_what_is_found_can_be_pointed_at() -> None:
    assert find("a@b.co and 555-1234") == [
        Found(Sensitive.EMAIL, 0, 6),
        Found(Sensitive.PHONE, 11, 19),
    ]


@given(st.text(alphabet="0123456789 -.,()+@aone", max_size=60))
def test_hiding_twice_is_hiding_once(text: str) -> None:
    assert redact(redact(text)) == redact(text)
