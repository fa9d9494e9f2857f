import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbl_cli.text.redaction import (
    Found,
    Sensitive,
    find,
    redact,
    redact_unfinished,
)


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


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Call me at 415 555", "Call me at …"),
        ("Call 415 555 2671", "Call [phone]"),
        ("Call 415 555 2671 today", "Call [phone] today"),
        ("It is 415 and", "It is 415 and"),
        ("It is oh seven,", "It is …"),
        ("Write to ann.lee@exam", "Write to …"),
        ("Write to ana dot", "Write to …"),
        ("Write to ana dot bell", "Write to …"),
        ("Write to ana dot bell at mail dot", "Write to …"),
        ("Let us look at it together", "Let us look at it together"),
        ("It is DE89 3704", "It is …"),
        ("415", "…"),
        ("So be it. ", "So be it. "),
    ],
)
def test_the_end_of_an_interim_is_shown_when_it_is_known_what_it_is(
    said: str, shown: str
) -> None:
    assert redact_unfinished(said) == shown


def test_an_end_is_held_back_only_for_what_is_asked_for() -> None:
    assert redact_unfinished("Call 415", {"email"}) == "Call 415"
    assert redact_unfinished("Write to ann@", {"phone"}) == "Write to ann@"


_WORDS = st.text(alphabet="bcfgh ,", max_size=20)
_NUMBERS = st.sampled_from(
    [
        "+1 (555) 123-4567",
        "5551234567",
        "5, 5, 5, 1, 2, 3, 4",
        "4111 1111 1111 1111",
        "123-45-6789",
        "192.168.10.200",
    ]
)


@given(_WORDS, _NUMBERS, _WORDS)
def test_no_digit_of_a_number_is_shown_while_it_is_spoken(
    before: str, number: str, after: str
) -> None:
    said = f"{before} {number} {after}"

    for end in range(len(said) + 1):
        shown = redact_unfinished(said[:end])
        assert not any(one.isdigit() for one in shown), shown


@given(
    _WORDS,
    st.sampled_from(
        ["ana dot bell at example dot com", "zed at mail dot example dot org"]
    ),
)
def test_no_domain_is_shown_while_an_address_is_spoken(before: str, mail: str) -> None:
    said = f"{before} {mail} so".split()

    for end in range(len(said) + 1):
        shown = redact_unfinished(" ".join(said[:end]))
        assert not {"bell", "mail", "example"} & set(shown.split()), shown


@given(st.text(alphabet="0123456789 -.,()+@aone dt", max_size=60))
def test_holding_back_twice_is_holding_back_once(text: str) -> None:
    assert redact_unfinished(redact_unfinished(text)) == redact_unfinished(text)
