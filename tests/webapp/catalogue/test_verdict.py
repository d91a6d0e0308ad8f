"""The first line of a report."""

from typing import Any

import msgspec
import pytest

from tests.playground import PRICE, SPECIES, manifest
from webapp.catalogue.verdict import Verdict, verdict
from webapp.endpoints.models import Endpoint
from webapp.registry.models import ModelVersion
from worker.contract.manifest import Quality
from worker.contract.report import Confusion, Latency, Measurements, Report

HALVES = Confusion(labels=("Adelie", "Gentoo"), counts=((60, 0), (0, 40)))


def measured(**changes: Any) -> Measurements:
    known: dict[str, Any] = {
        "load_ms": 1.0,
        "resident_bytes": 4 << 20,
        "peak_bytes": 6 << 20,
        "latency": (Latency(rows=1, p50_ms=0.2, p99_ms=1.5),),
        "rows_per_s": 1000.0,
        "deterministic": True,
    }
    return Measurements(**(known | changes))


@pytest.fixture
def judged(penguins: Endpoint):
    """Return what judges a version with such a report."""
    champion = penguins.champion
    assert champion

    def judge(version: ModelVersion | None = None, **changes: Any) -> Verdict:
        report = changes.setdefault("report", Report(measurements=measured(), confusion=HALVES))
        found = manifest(changes.pop("signature", SPECIES), **changes)
        judged = version or champion.version
        judged.manifest_json = msgspec.to_builtins(found)
        result = verdict(judged, found, report)
        return Verdict(state=result.state, words=result.words.replace("\N{NO-BREAK SPACE}", " "))

    return judge


def accuracy(value: float, low: float) -> tuple[Quality, ...]:
    return (Quality(name="accuracy", value=value, low=low, high=0.99),)


def test_good_quick_and_fitting_is_said_in_one_line(judged):
    found = judged(quality=accuracy(0.95, 0.9))
    assert found.state == "good"
    assert "95.0 % of its answers are right, against 60.0 % for always “Adelie”" in found.words
    assert "Quick: it answers one row in 0.2 ms, 99 times of 100 within 1.5 ms." in found.words
    assert "It fits: it is loaded" in found.words


def test_what_might_be_guessing_is_called_so(judged):
    found = judged(quality=accuracy(0.65, 0.55))
    assert found.state == "warning"
    assert found.words.startswith("Not surely better than guessing: 65.0 %")


def test_numbers_are_compared_with_their_mean(judged):
    figures = (Quality(name="r2", value=0.98, low=0.97, high=0.99), Quality(name="mae", value=264.0, unit="USD"))
    assert "explains 98.0 % of the variation and is off by 264 USD" in judged(signature=PRICE, quality=figures).words
    poor = (Quality(name="r2", value=0.02, low=-0.1, high=0.1),)
    assert judged(signature=PRICE, quality=poor).words.startswith("Not surely better than always answering the mean.")


def test_without_truth_it_is_not_known_whether_it_is_good(judged):
    assert judged(quality=()).words.startswith("Whether it is good is not known")


def test_a_slow_model_is_called_slow(judged):
    slow = measured(latency=(Latency(rows=1, p50_ms=450.0, p99_ms=900.0),))
    found = judged(report=Report(measurements=slow))
    assert found.state == "warning"
    assert "Slow: it takes 450 ms for one row" in found.words


def test_labels_that_do_not_match_the_counts_do_no_harm(judged):
    odd = Confusion(labels=("a",), counts=((1, 2), (3, 4)))
    assert judged(quality=accuracy(0.9, 0.8), report=Report(measurements=measured(), confusion=odd)).words


def test_what_does_not_fit_is_told_with_the_numbers(judged, penguins, settings):
    settings.MODEL_MEMORY_BYTES = 1 << 20
    other = penguins.champion.version.model.versions.create(
        number=2, digest="other", inspection_id="other", created_by=penguins.champion.version.created_by
    )
    found = judged(version=other)
    assert found.state == "bad"
    assert "It does not fit: it needs" in found.words
    assert "1 MiB for models" in found.words
