#!/usr/bin/env python3
"""Train the models of questions and action items on meetings.

    python scripts/train_insights.py DATA

DATA is the folder with `questions_dev.jsonl`, `actions_dev.jsonl` and
`actions_hand_dev.jsonl` (AMI and ICSI meetings, CC BY 4.0). It wants scikit-learn,
which nothing else here does. The same data give the same weights.
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

from benchmarks.insight_data import Labelled, read_actions, read_questions  # noqa: E402
from symbl_cli.server.insights.actions import sentence_features  # noqa: E402
from symbl_cli.server.insights.questions import (  # noqa: E402
    is_punctuated,
    question_features,
)

RESOURCES = ROOT / "symbl_cli" / "resources" / "insights"

Features = set[str]


class Trained:
    """A logistic model and the index of its features."""

    def __init__(
        self,
        features: Sequence[Features],
        labels: Sequence[int],
        *,
        penalty: str,
        strength: float,
        least: int,
    ) -> None:
        counts = Counter(feature for known in features for feature in known)
        kept = sorted(feature for feature, count in counts.items() if count >= least)
        self._index = {feature: index for index, feature in enumerate(kept)}
        self._model = LogisticRegression(
            C=strength, penalty=penalty, solver="liblinear", random_state=0
        )
        self._model.fit(self._matrix(features), np.array(labels))

    def probabilities(self, features: Sequence[Features]) -> np.ndarray:
        return self._model.predict_proba(self._matrix(features))[:, 1]

    def write(self, path: Path, *, least: float) -> int:
        """Write the weights of at least *least*; returns how many there are."""
        weights = {
            feature: round(float(self._model.coef_[0][index]), 3)
            for feature, index in self._index.items()
            if abs(self._model.coef_[0][index]) >= least
        }
        stored = {"bias": round(float(self._model.intercept_[0]), 3)}
        text = json.dumps(stored | {"weights": weights}, indent=0, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")
        return len(weights)

    def _matrix(self, features: Sequence[Features]) -> csr_matrix:
        columns: list[int] = []
        ends = [0]
        for known in features:
            columns += sorted(self._index[f] for f in known if f in self._index)
            ends.append(len(columns))
        shape = (len(features), len(self._index))
        return csr_matrix((np.ones(len(columns)), columns, ends), shape=shape)


def train_questions(texts: Sequence[str], labels: Sequence[int]) -> Trained:
    features = [question_features(text) for text in texts]
    return Trained(features, labels, penalty="l1", strength=0.5, least=4)


def train_actions(sentences: Sequence[Labelled]) -> Trained:
    features = [sentence_features(sentence.text) for sentence in sentences]
    labels = [sentence.label for sentence in sentences]
    return Trained(features, labels, penalty="l2", strength=0.1, least=2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of the labelled meetings")
    data = parser.parse_args().data
    questions = read_questions(data)
    marked = [q for q in questions if is_punctuated(q.text)]
    models = {
        "questions": train_questions(
            [q.text for q in marked], [q.label for q in marked]
        ),
        "bare_questions": train_questions(
            [q.bare for q in questions], [q.label for q in questions]
        ),
        "actions": train_actions(read_actions(data)),
    }
    RESOURCES.mkdir(exist_ok=True)
    for name, model in models.items():
        least = 0.02 if name == "actions" else 0.001
        count = model.write(RESOURCES / f"{name}.json", least=least)
        print(f"{name}: {count} weights")


if __name__ == "__main__":
    main()
