"""Looks through what turns documents into numbers: it may read no files and must come to an end with any document."""

import importlib
from collections.abc import Iterator
from typing import Any, Final

from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer

from worker.contract.words import Words
from worker.models.errors import ModelRefused
from worker.models.estimators import walk
from worker.tables.wording import named

_PARSER: Final = importlib.import_module("re._parser")
"""The standard library's own parser of patterns has no public name any more."""

_REPEATS: Final = (_PARSER.MAX_REPEAT, _PARSER.MIN_REPEAT)


def check_texts(model: object) -> None:
    """Raise ModelRefused if a step takes names of files for documents, or may try a pattern for ever."""
    for estimator in walk(model):
        if isinstance(estimator, CountVectorizer | HashingVectorizer):
            _check_input(estimator)
            _check_pattern(estimator)


def _check_input(estimator: Any) -> None:  # noqa: ANN401  # scikit-learn is untyped
    if estimator.input != "content":
        words = Words(
            "The model's {estimator} reads documents from files of the machine (input={input}).",
            {"estimator": type(estimator).__name__, "input": named(str(estimator.input))},
        )
        raise ModelRefused(words, Words("Fit it with input='content', on the documents themselves."))


def _check_pattern(estimator: Any) -> None:  # noqa: ANN401  # scikit-learn is untyped
    pattern = getattr(estimator, "token_pattern", None)
    if pattern is None:
        return
    if not isinstance(pattern, str) or any(_is_nested(*each) for each in _repeats(_PARSER.parse(pattern))):
        words = Words(
            "The token pattern {pattern} of the model's {estimator} repeats what itself repeats or has alternatives: "
            "a single document could keep the box busy for ever.",
            {"pattern": named(str(pattern)), "estimator": type(estimator).__name__},
        )
        raise ModelRefused(words, Words("Write the pattern with one repetition, as in '[a-z]+'."))


def _is_nested(most: int, repeated: Any) -> bool:  # noqa: ANN401  # a parsed pattern
    """Return whether there is more than one way to repeat: then the ways grow exponentially with the text."""
    within = any(True for _ in _repeats(repeated)) or any(kind is _PARSER.BRANCH for kind, _ in _parts(repeated))
    return most > 1 and within


def _repeats(pattern: Any) -> Iterator[tuple[int, Any]]:  # noqa: ANN401  # a parsed pattern
    """Yield how often at most each part is repeated, and the part."""
    for kind, value in _parts(pattern):
        if kind in _REPEATS:
            yield int(value[1]), value[2]


def _parts(pattern: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401  # a parsed pattern
    """Yield all parts of a pattern, those within groups as well."""
    if isinstance(pattern, _PARSER.SubPattern):
        for kind, value in pattern:
            yield kind, value
            yield from _parts(value)
    elif isinstance(pattern, tuple | list):
        for value in pattern:
            yield from _parts(value)
