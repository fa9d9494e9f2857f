from benchmarks.word_errors import WordErrors, count_errors, spoken_words


def test_errors_are_told_apart() -> None:
    errors = count_errors(list("abcd"), list("axcde"))
    assert errors == WordErrors(4, substitutions=1, insertions=1)
    assert count_errors(list("abc"), list("ac")) == WordErrors(3, deletions=1)
    assert errors.rate == 50.0


def test_spelling_is_no_error() -> None:
    assert spoken_words(
        "Mr. Smith\N{RIGHT SINGLE QUOTATION MARK}s 42-line, um, Bible"
    ) == (spoken_words("mister smith's forty-two line bible"))
    assert spoken_words("about 1455") == spoken_words("about fourteen fifty-five")
    assert spoken_words("1,300") == ["one", "three", "hundred"]
