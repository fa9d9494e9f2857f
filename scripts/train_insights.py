#!/usr/bin/env python3
"""Train the models of questions and action items on meetings.

    python scripts/train_insights.py DATA

DATA is the folder with `questions_dev.jsonl`, `actions_dev.jsonl` and
`actions_hand_dev.jsonl` (AMI and ICSI meetings, CC BY 4.0). It wants scikit-learn, 1.8
or later, which nothing else here does. The same data give the same weights.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.insight_data import (  # noqa: E402
    Labelled,
    read_actions,
    read_linked,
    read_questions,
    turns_of,
)
from symbl_cli.server.insights.actions import sentence_features  # noqa: E402
from symbl_cli.server.insights.questions import question_features  # noqa: E402
from symbl_cli.server.insights.scoring import LogisticModel  # noqa: E402

RESOURCES = ROOT / "symbl_cli" / "resources" / "insights"

Features = set[str]
TURNS_LEFT_OUT = 3
"""Each third turn is trained on: as good on turns as on utterances alone."""
LINKED = 0.3
"""How much a sentence counts that annotators linked to tasks or not, unread by us."""
STRONGEST = 8000
"""As many weights the model of action items keeps."""
CORPUS = "of="
"""Begins a feature that tells of which corpus a text is: no text has it later."""
SPARSE, DENSE = 1.0, 0.0
"""A model of few weights; one of many that are small."""


class Trained:
    """A logistic model and the index of its features.

    *counting* tells how much each text counts, all the same unless told; of the
    weights only the *strongest* are kept.
    """

    def __init__(
        self,
        features: Sequence[Features],
        labels: Sequence[int],
        *,
        l1_ratio: float,
        strength: float,
        least: int,
        counting: Sequence[float] | None = None,
        strongest: int | None = None,
    ) -> None:
        counts = Counter(feature for known in features for feature in known)
        kept = sorted(feature for feature, count in counts.items() if count >= least)
        self._index = {feature: index for index, feature in enumerate(kept)}
        self._model = LogisticRegression(
            C=strength, l1_ratio=l1_ratio, solver="liblinear", random_state=0
        )
        self._model.fit(self._matrix(features), np.array(labels), counting)
        if strongest is not None:
            weights = self._model.coef_[0]
            weights[np.argsort(-np.abs(weights), kind="stable")[strongest:]] = 0.0

    def probabilities(self, features: Sequence[Features]) -> np.ndarray:
        return self._model.predict_proba(self._matrix(features))[:, 1]

    def model(self) -> LogisticModel:
        """As the product scores with it, nothing left out."""
        return LogisticModel(float(self._model.intercept_[0]), self._weights())

    def write(self, path: Path, *, least: float) -> int:
        """Write the weights of at least *least*; returns how many there are."""
        weights = {
            feature: round(weight, 3)
            for feature, weight in self._weights().items()
            if abs(weight) >= least
        }
        stored = {"bias": round(float(self._model.intercept_[0]), 3)}
        text = json.dumps(stored | {"weights": weights}, indent=0, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")
        return len(weights)

    def _weights(self) -> dict[str, float]:
        """Those that a text may have."""
        return {
            feature: float(self._model.coef_[0][index])
            for feature, index in self._index.items()
            if not feature.startswith(CORPUS)
        }

    def _matrix(self, features: Sequence[Features]) -> csr_matrix:
        columns: list[int] = []
        ends = [0]
        for known in features:
            columns += sorted(self._index[f] for f in known if f in self._index)
            ends.append(len(columns))
        shape = (len(features), len(self._index))
        return csr_matrix((np.ones(len(columns)), columns, ends), shape=shape)


def train_questions(utterances: Sequence[Labelled]) -> Trained:
    """For text without marks: utterances, and some turns of several of them."""
    texts = [(said.bare, said.label) for said in utterances]
    turns = [turn for turn in turns_of(utterances) if turn.size > 1]
    texts += [(turn.text, turn.label) for turn in turns[::TURNS_LEFT_OUT]]
    features = [question_features(text) for text, _ in texts]
    labels = [label for _, label in texts]
    return Trained(features, labels, l1_ratio=SPARSE, strength=0.4, least=4)


def train_marked_questions(utterances: Sequence[Labelled]) -> Trained:
    """For text with a question mark: not all that has one asks."""
    marked = [said for said in utterances if said.text.rstrip("\"' )").endswith("?")]
    features = [question_features(said.text) for said in marked]
    labels = [said.label for said in marked]
    return Trained(features, labels, l1_ratio=SPARSE, strength=0.2, least=3)


def train_actions(sentences: Sequence[Labelled], linked: Sequence[Labelled]) -> Trained:
    """On *sentences* read to the rule and, for less, on those that only are *linked*.

    These were marked to other rules, so each corpus has a weight of its own, which no
    sentence has later.
    """
    features = [sentence_features(one.text) for one in sentences]
    features += [
        sentence_features(one.text) | {f"{CORPUS}{one.kind}"} for one in linked
    ]
    return Trained(
        features,
        [one.label for one in [*sentences, *linked]],
        l1_ratio=DENSE,
        strength=0.08,
        least=3,
        counting=[1.0] * len(sentences) + [LINKED] * len(linked),
        strongest=STRONGEST,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of the labelled meetings")
    data = parser.parse_args().data
    questions = read_questions(data)
    models = {
        "marked_questions": train_marked_questions(questions),
        "bare_questions": train_questions(questions),
        "actions": train_actions(read_actions(data), read_linked(data)),
    }
    RESOURCES.mkdir(exist_ok=True)
    for name, model in models.items():
        count = model.write(RESOURCES / f"{name}.json", least=0.001)
        print(f"{name}: {count} weights")


if __name__ == "__main__":
    main()
