"""Finals become sentences: split where they end, joined where they go on."""

from symbl_cli.server.insights.clauses import split_clauses
from symbl_cli.server.insights.sentences import SentenceJoiner, split_sentences
from symbl_cli.server.insights.words import norms, read_words
from tests.insights.conversation import ANN, BEA, talk


def test_a_text_is_split_at_its_sentence_ends() -> None:
    pieces = split_sentences("It rained. Did you see Dr. Moore? No, e.g. I slept!")

    assert [(piece.text, piece.offset) for piece in pieces] == [
        ("It rained.", 0),
        ("Did you see Dr. Moore?", 11),
        ("No, e.g. I slept!", 34),
    ]


def test_blank_text_has_no_sentences() -> None:
    assert split_sentences("") == split_sentences(" \n ... ") == ()


def test_contractions_are_spread_with_or_without_their_apostrophe() -> None:
    wanted = ("i", "will", "not", "we", "do", "not")

    assert norms(read_words("I won't, we don't")) == wanted
    assert norms(read_words("i won t we don t")) == wanted


def test_a_question_is_a_clause_of_its_own_where_it_is_glued_to_a_statement() -> None:
    clauses = split_clauses("the roof leaks so can you call the roofer")

    assert [clause.own_text for clause in clauses] == [
        "the roof leaks",
        "so can you call the roofer",
    ]


def test_a_sentence_may_span_two_finals_of_one_speaker() -> None:
    first, second = talk([(ANN, "I'll bring the ladder back,"), (ANN, "on Sunday.")])
    joiner = SentenceJoiner()
    joiner.hear(first)

    (sentence,) = joiner.hear(second)

    assert sentence.text == "I'll bring the ladder back, on Sunday."
    assert sentence.message_ids == ("m0", "m1")
    assert sentence.key == "m0:0"


def test_a_rest_that_the_recogniser_set_apart_is_joined() -> None:
    first, second = talk([(ANN, "We mend the fence."), (ANN, "Before Easter.")])
    joiner = SentenceJoiner()
    joiner.hear(first)

    (sentence,) = joiner.hear(second)

    assert sentence.text == "We mend the fence before Easter."


def test_what_another_speaker_says_is_no_rest() -> None:
    first, second = talk([(ANN, "I'll bring the ladder back,"), (BEA, "on Sunday.")])
    joiner = SentenceJoiner()
    joiner.hear(first)

    (sentence,) = joiner.hear(second)

    assert sentence.text == "on Sunday."


def test_a_long_pause_ends_a_sentence() -> None:
    first, second = talk([(ANN, "I'll bring it,"), (ANN, "on Sunday.")], pause=9.0)
    joiner = SentenceJoiner()
    joiner.hear(first)

    assert [s.message_ids for s in joiner.hear(second)] == [("m1",)]


def test_a_speaker_who_never_ends_a_sentence_is_cut_off() -> None:
    joiner = SentenceJoiner()

    heard = [joiner.hear(said) for said in talk([(ANN, "and then the,")] * 200)]

    assert max(len(sentences[0].text) for sentences in heard) < 500
