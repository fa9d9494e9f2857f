from symbl_cli.text.word_times import TimedWord, spread_words


def test_words_fill_their_segment_in_order() -> None:
    assert spread_words("I saw it.", 1.0, 2.2) == (
        TimedWord("I", 1.0, 1.2),
        TimedWord("saw", 1.2, 1.6),
        TimedWord("it.", 1.6, 2.2),
    )
