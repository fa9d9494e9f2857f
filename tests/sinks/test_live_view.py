import pytest

from symbl_cli.lines import Body, InsightKind, SpeakerRef, State, Status
from symbl_cli.sinks.live_view import Level, Tone, View, render
from symbl_cli.text.terminal import columns

from .examples import BEA, insight, transcript

LONG = "so the first thing that we should settle today is who writes to the printer"


def shown(*bodies: Body, width: int = 60, height: int = 24) -> list[str]:
    """The rows below the head."""
    view = View()
    for body in bodies:
        view = view.after(body)
    return [row.text for row in render(view, width, height)[1:]]


def head(*bodies: Body, levels: tuple[Level, ...] = (), width: int = 60) -> str:
    view = View()
    for body in bodies:
        view = view.after(body)
    return render(view.at(3725.9, levels), width, 24)[0].text


def test_interim_words_give_way_to_newer_and_to_final_ones() -> None:
    first = transcript("We", final=False)
    second = transcript("We meet", rev=2, final=False)

    assert shown(first) == ["Ann: We"]
    assert shown(first, second) == ["Ann: We meet"]
    assert shown(first, second, transcript("We meet.", rev=3)) == []


def test_each_speaker_has_a_row_in_the_order_in_which_they_began() -> None:
    assert shown(
        transcript("One", id_="u-1", final=False),
        transcript("Two", id_="u-2", final=False, speaker=BEA),
        transcript("One more", id_="u-1", rev=2, final=False),
    ) == ["Ann: One more", "Bea: Two"]


def test_the_end_of_an_utterance_leaves_the_next_one_of_its_speaker() -> None:
    assert shown(
        transcript("One", id_="u-1", final=False),
        transcript("Two", id_="u-2", final=False),
        transcript("One.", id_="u-1", rev=2),
    ) == ["Ann: Two"]


def test_interim_words_are_clipped_to_their_newest() -> None:
    assert shown(transcript(LONG, final=False), width=40) == [
        "Ann: …oday is who writes to the printer"
    ]


def test_a_question_stays_until_it_is_answered() -> None:
    asked = insight(InsightKind.QUESTION, "Who?", id_="q-1")
    again = insight(InsightKind.QUESTION, "Why?", id_="q-2")
    answered = insight(InsightKind.QUESTION, "Who?", id_="q-1", rev=2, answered_by="u")

    assert shown(asked, again) == ["? Bea: Who?", "? Bea: Why?"]
    assert shown(asked, again, answered) == ["? Bea: Why?"]
    assert shown(answered) == []


def test_a_later_revision_takes_the_place_of_the_earlier() -> None:
    assert shown(
        insight(InsightKind.ACTION_ITEM, "Call Tom", id_="a-1"),
        insight(InsightKind.ACTION_ITEM, "Book a room", id_="a-2"),
        insight(InsightKind.ACTION_ITEM, "Call Tim", id_="a-1", rev=2),
    ) == ["! Call Tim", "! Book a room"]


def test_what_is_withdrawn_is_gone() -> None:
    assert (
        shown(
            insight(InsightKind.ACTION_ITEM, "Call Tom"),
            insight(InsightKind.ACTION_ITEM, "Call Tom", rev=2, removed=True),
        )
        == []
    )


MANY: tuple[Body, ...] = (
    *(
        transcript(f"Words {n}", id_=f"u-{n}", final=False, speaker=SpeakerRef(n, n))
        for n in "123456"
    ),
    *(insight(InsightKind.QUESTION, f"Who {n}?", id_=f"q-{n}") for n in range(40)),
    *(insight(InsightKind.ACTION_ITEM, f"Do {n}", id_=f"a-{n}") for n in range(40)),
)


def test_the_newest_few_of_each_are_shown() -> None:
    assert shown(*MANY) == [
        "3: Words 3",
        "4: Words 4",
        "5: Words 5",
        "6: Words 6",
        "? Bea: Who 37?",
        "? Bea: Who 38?",
        "? Bea: Who 39?",
        "! Do 37",
        "! Do 38",
        "! Do 39",
    ]


@pytest.mark.parametrize("height", range(1, 40))
def test_the_region_takes_at_most_half_of_the_screen(height: int) -> None:
    assert len(shown(*MANY, height=height)) + 1 <= max(1, height // 2)


@pytest.mark.parametrize("width", [1, 2, 3, 10, 40, 41, 80, 200])
def test_no_row_reaches_the_last_column(width: int) -> None:
    wide = SpeakerRef("x", "東京" * 30)
    levels = tuple(Level(-3.0, name) for name in ("Ann", "東京" * 30))
    view = (
        View()
        .after(transcript("東京 " + LONG, final=False, speaker=wide))
        .after(insight(InsightKind.QUESTION, "東京" + LONG * 3))
        .at(3725, levels)
    )

    rows = render(view, width, 24)

    assert all(columns(row.text) < width for row in rows)


def test_the_view_does_not_grow_with_the_run() -> None:
    view = View()
    for number in range(1_000):
        view = view.after(transcript(LONG, id_=f"u-{number}"))
        view = view.after(insight(InsightKind.QUESTION, LONG, id_=f"q-{number}"))

    assert (len(view.speaking), len(view.questions)) == (0, 16)


@pytest.mark.parametrize(
    ("states", "text"),
    [
        ([], "1:02:05  connecting"),
        ([Status(State.LISTENING)], "1:02:05  listening"),
        (
            [Status(State.RECONNECTING, attempt=2, delay=1)],
            "1:02:05  reconnecting (attempt 2)",
        ),
        (
            [
                Status(State.RECONNECTING, attempt=2, delay=1),
                Status(State.RECONNECTED, gap=1, lost=0),
            ],
            "1:02:05  listening",
        ),
        ([Status(State.PAUSED)], "1:02:05  paused"),
        ([Status(State.PAUSED), Status(State.RESUMED)], "1:02:05  listening"),
        ([Status(State.DRAINING)], "1:02:05  waiting for the last words"),
        ([Status(State.LISTENING), Status(State.CLIPPING)], "1:02:05  listening"),
    ],
)
def test_the_head_shows_clock_and_connection(states: list[Body], text: str) -> None:
    assert head(*states) == text


def test_a_lost_connection_looks_like_trouble() -> None:
    view = View().after(Status(State.RECONNECTING, attempt=1, delay=1))

    assert render(view, 60, 24)[0].tone is Tone.TROUBLE


@pytest.mark.parametrize(
    ("peak", "meter"),
    [
        (float("-inf"), "░░░░░░░░░░"),
        (-60.0, "░░░░░░░░░░"),
        (-30.0, "█████░░░░░"),
        (0.0, "██████████"),
        (3.0, "██████████"),
    ],
)
def test_the_meter_shows_how_loud_it_is(peak: float, meter: str) -> None:
    assert head(levels=(Level(peak),)) == f"1:02:05  connecting  {meter}"


def test_several_sources_have_a_meter_each_where_there_is_room() -> None:
    levels = (Level(-30.0, "Host"), Level(-60.0, "Guests"))
    both = "1:02:05  connecting  Host █████░░░░░  Guests ░░░░░░░░░░"

    assert head(levels=levels) == both
    assert head(levels=levels, width=41) == "1:02:05  connecting  Host █████░░░░░"


def test_no_words_and_no_name_move_the_cursor() -> None:
    speaker = SpeakerRef("x", "A\x1b[1A")

    assert shown(
        transcript("one\ntwo \x1b[2J", final=False, speaker=speaker),
        insight(InsightKind.QUESTION, "Who\r\x9b1A?"),
    ) == ["A␛[1A: one two ␛[2J", "? Bea: Who �1A?"]
