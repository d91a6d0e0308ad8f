"""A concept that moved: the data are as they were and the estimate with them, and the outcomes say that it is wrong."""

import msgspec
import pytest
from django.urls import reverse

from tests.playground import NOON, manifest
from tests.webapp.monitoring.test_health import CARAT, looked, page, sent, window
from webapp.alerts.health_metrics import HealthCollector
from webapp.endpoints.models import Endpoint
from webapp.monitoring.worsening import worsening
from webapp.registry.models import ModelVersion
from worker.contract.manifest import Quality
from worker.contract.monitoring import Estimate, State, Verdict
from worker.contract.monitoring_run import Coverage, WindowReport

__all__ = ["sent"]
REFERENCE = Quality(name="accuracy", value=0.95, low=0.92, high=0.97)
QUIET = msgspec.structs.replace(CARAT, is_changed=False, is_significant=False, is_relevant=False, causes=())
MONTH = f"{NOON:%Y-%m}"


def right(day: int, share: float, state: State = State.STEADY, known: int = 300) -> WindowReport:
    """Return a window of which so many answers were right; it is estimated as the reference was."""
    return window(
        day,
        state,
        features=(QUIET,),
        estimated=(Estimate(name="accuracy", value=0.94, low=0.92, high=0.96, rows=600),),
        realised=(Quality(name="accuracy", value=share, low=share - 0.05, high=share + 0.05),),
        coverage=Coverage(rows=600, known=known),
    )


@pytest.fixture
def referenced(penguins, sent, client, alice):
    found = msgspec.to_builtins(manifest(quality=(REFERENCE,)))
    ModelVersion.objects.filter(pk=penguins.champion.version_id).update(manifest_json=found)
    client.force_login(alice)
    return Endpoint.objects.get(pk=penguins.pk)


@pytest.fixture
def moved(referenced):
    """An endpoint whose concept moved on the third day."""
    looked(referenced, right(0, 0.94), right(1, 0.95), right(2, 0.7), right(3, 0.68))
    return referenced


def states(endpoint) -> dict[str, float]:
    metrics = HealthCollector([endpoint], NOON, with_digests=False).collect()
    health = next(each for each in metrics if each.name == "bastide_endpoint_health")
    return {sample.labels["state"]: sample.value for sample in health.samples}


def test_the_first_line_says_since_when_by_how_much_and_what_to_do(client, moved):
    told = page(client, moved)
    assert "The model is less right than before, since 19 November 2025." in told
    assert (
        "Right answers: 68.0 %, between 63.0 % and 73.0 %, by the outcomes of 300 of 600 rows; on the reference data "
        "95.0 %. Without the outcomes it was estimated at 94.0 %."
    ) in told
    assert "train on new rows with their outcomes" in told
    assert "Nothing unusual" not in told
    assert "in the journal at rows whose outcome is not the answer" in told


def test_it_is_said_in_french(client, moved):
    client.cookies["django_language"] = "fr"
    told = page(client, moved)
    assert "Le modèle se trompe plus qu" in told
    assert "avant, depuis le 19 novembre 2025." in told
    assert "estimation était de 94,0" in told
    assert "Réentraînez sur de nouvelles lignes" in told
    assert "inhabituel dans les" not in told


def test_the_windows_that_are_worse_are_named(client, moved):
    assert page(client, moved).count("less right</") == 2


def test_once_is_a_warning(client, referenced):
    looked(referenced, right(0, 0.94), right(1, 0.7))
    told = page(client, referenced)
    assert "The model was less right than before, once." in told
    assert states(referenced)["worse"] == 0


def test_a_change_of_the_data_is_told_beside_it(client, referenced):
    looked(referenced, right(0, 0.7, State.WATCHED), right(1, 0.7, State.CHANGED))
    told = page(client, referenced)
    assert "The model is less right than before" in told
    assert "Changed since 17 November 2025: bill_mm." in told
    assert "The rows are as they were" not in told
    assert (states(referenced)["changed"], states(referenced)["worse"]) == (1, 0)


def test_a_last_window_that_is_well_again_is_nothing_unusual(client, moved):
    looked(moved, right(4, 0.95))
    assert "Nothing unusual in the last 600 rows." in page(client, moved)


def test_outcomes_that_come_after_a_fortnight_are_judged(client, moved):
    looked(moved, *(window(day) for day in range(4, 19)))
    assert "The model is less right than before" in page(client, moved)
    assert states(moved)["worse"] == 1


def test_the_metric_names_the_state(moved):
    found = states(moved)
    assert (found["worse"], found["steady"]) == (1, 0)


def test_the_month_counts_it_and_names_its_days(client, moved):
    told = client.get(reverse("month_report", args=["penguins", MONTH])).content.decode()
    assert "In 1 of 4 windows there was an alarm; 2400 rows were answered." in told.replace("2,400", "2400")
    assert "In 1 window the model was less right than on the reference data." in told
    assert 'class="day-bad"' in told
    assert '<td class="nobreak" data-name="Seen from">19 Nov 2025</td>' in told


def test_a_worse_window_of_the_month_before_counts_as_the_first(client, referenced):
    looked(referenced, right(-17, 0.7), right(-16, 0.7))
    told = client.get(reverse("month_report", args=["penguins", MONTH])).content.decode()
    assert "In 1 window the model was less right" in told


@pytest.mark.parametrize(
    ("windows", "since"),
    [
        ([0.7], 0),
        ([0.95, 0.7, 0.95, 0.7], 1),
        ([0.7, 0.95, 0.95, 0.7], 3),
        ([0.7, 0.95], None),
        ([0.95, 0.89], None),
    ],
)
def test_since_when_follows_the_rule_of_the_alarm(windows, since):
    reports = [right(day, share) for day, share in enumerate(windows)]
    found = worsening(reports, REFERENCE)
    assert (found and found.since_ms) == (None if since is None else reports[since].begins_ms)


def test_few_outcomes_and_windows_that_grow_say_nothing():
    growing = msgspec.structs.replace(right(1, 0.5), is_open=True)
    assert worsening([right(0, 0.5, known=29), growing], REFERENCE) is None


def test_without_a_reference_nothing_is_compared():
    assert worsening([right(0, 0.5)], None) is None


def test_errors_are_worse_when_they_are_larger():
    reference = Quality(name="mae", value=10.0, low=9.0, high=11.0)
    few = Verdict(state=State.NOT_ENOUGH_DATA, rows=80, rows_needed=200)
    report = msgspec.structs.replace(right(0, 0.5), realised=(Quality(name="mae", value=30.0, low=25.0, high=35.0),))
    found = worsening([msgspec.structs.replace(report, verdict=few)] * 2, reference)
    assert found is not None
    assert found.is_repeated
    assert worsening([report], msgspec.structs.replace(reference, value=30.0, low=28.0, high=32.0)) is None
