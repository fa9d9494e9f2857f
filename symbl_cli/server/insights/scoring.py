"""A logistic model as data: the weights of features, read from our resources."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from math import exp

from ...frozen import dataclass

MODELS = ("marked_questions", "bare_questions", "actions")
_FARTHEST = 30.0
"""Beyond it a logistic is 0 or 1 anyway."""


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """How sure a set of features makes us."""

    bias: float
    weights: Mapping[str, float]

    def probability(self, features: Iterable[str], prior: float = 0.0) -> float:
        """From 0 to 1; *prior* is log-odds that no training could tell."""
        weights = self.weights
        score = self.bias + prior
        score += sum(weights.get(feature, 0.0) for feature in set(features))
        return 1 / (1 + exp(-min(max(score, -_FARTHEST), _FARTHEST)))


def warm() -> None:
    """Read the models now, not with the first sentence."""
    for name in MODELS:
        load_model(name)


@cache
def load_model(name: str) -> LogisticModel:
    """The model that the package ships as *name*."""
    resource = files("symbl_cli.resources").joinpath("insights", f"{name}.json")
    stored = json.loads(resource.read_text(encoding="utf-8"))
    return LogisticModel(stored["bias"], stored["weights"])
