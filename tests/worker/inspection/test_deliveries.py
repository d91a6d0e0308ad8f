"""An inspection that kills its worker is begun three times and no more."""

import pytest

from tests.worker.inspection.publishing import request
from worker.inspection.deliveries import DELIVERIES_MAX, Deliveries


def test_three_deliveries_are_let_through_and_the_fourth_is_refused(tmp_path):
    for _ in range(DELIVERIES_MAX):
        assert Deliveries(tmp_path, "one").refusal(request()) is None
    refusal = Deliveries(tmp_path, "one").refusal(request())
    assert refusal is not None
    assert refusal.reason == "The inspection was begun 3 times, and each time the worker that did it died."
    assert refusal.version_id == request().version_id


def test_an_answered_inspection_counts_from_the_beginning(tmp_path):
    for _ in range(DELIVERIES_MAX + 2):
        deliveries = Deliveries(tmp_path, "one")
        assert deliveries.refusal(request()) is None
        deliveries.forget()


def test_what_a_dead_worker_left_goes_with_the_answer(tmp_path):
    for name in ("working/one/model.onnx", "working/one.json", "converted/one/model.skops", "working/two/x"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    deliveries = Deliveries(tmp_path, "one")
    deliveries.begin()
    deliveries.forget()
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"working/two/x"}


def test_inspections_are_counted_apart(tmp_path):
    for number in range(DELIVERIES_MAX + 2):
        assert Deliveries(tmp_path, f"id-{number}").refusal(request()) is None


@pytest.mark.parametrize("inspection_id", ["", "..", "../one", "/etc", "a/b", "a\n", "-a", "é", "a" * 129])
def test_what_could_be_a_path_is_no_inspection_id(tmp_path, inspection_id):
    with pytest.raises(ValueError, match="An inspection id is letters"):
        Deliveries(tmp_path, inspection_id)
