"""What ships was learnt from meetings, not written to fit the demo."""

import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

import symbl_cli
from symbl_cli.server.insights.scoring import MODELS, load_model
from symbl_cli.server.insights.stop_words import STOP_WORDS
from symbl_cli.server.insights.words import norms, read_words

PACKAGE = Path(symbl_cli.__file__).parent
SCRIPTS = [
    PACKAGE / "resources" / "demo" / "conversation.toml",
    Path(__file__).parents[1] / "fixtures" / "second.toml",
]


def telling(text: str) -> list[str]:
    return [word for word in norms(read_words(text)) if word not in STOP_WORDS]


def phrases(script: Path) -> set[tuple[str, str, str]]:
    """The script's runs of three content words."""
    turns = tomllib.loads(script.read_text(encoding="utf-8"))["turns"]
    return {
        (first, second, third)
        for turn in turns
        for (first, second), (_, third) in pairwise(pairwise(telling(turn["text"])))
    }


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("name", MODELS)
def test_no_phrase_of_a_script_has_a_weight(script: Path, name: str) -> None:
    weighed = {tuple(telling(feature)) for feature in load_model(name).weights}

    assert phrases(script) & weighed == set()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_no_phrase_of_a_script_is_in_the_code(script: Path) -> None:
    sources = (PACKAGE / "server" / "insights").glob("*.py")
    written = [telling(source.read_text(encoding="utf-8")) for source in sources]
    runs = {
        run
        for words in written
        for run in zip(words, words[1:], words[2:], strict=False)
    }

    assert phrases(script) & runs == set()


@pytest.mark.parametrize("name", MODELS)
def test_no_weight_is_of_the_corpus_that_a_text_was_learnt_from(name: str) -> None:
    weighed = load_model(name).weights

    assert [feature for feature in weighed if feature.startswith("of=")] == []


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_small_and_of_plain_numbers(name: str) -> None:
    model = load_model(name)

    assert 0 < len(model.weights) <= 8000
    assert all(abs(weight) < 20 for weight in model.weights.values())
