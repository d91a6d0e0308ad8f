"""When an alert opens, when it closes, and when nothing can be said."""

from datetime import timedelta

import msgspec
import pytest

from tests.playground import NOON, manifest
from tests.webapp.alerts.conftest import HOUR
from tests.webapp.monitoring.test_health import DAY, come_back, window
from webapp.alerts.models import Alert, Ending, EventKind
from webapp.alerts.noticing import AGAIN_AFTER, notice_due, settings_of
from webapp.monitoring import running
from webapp.monitoring.models import MonitoredWindow, MonitoringRun
from webapp.records.models import to_ms
from webapp.registry.models import ModelVersion
from worker.contract.manifest import Quality
from worker.contract.monitoring import Found, State, Subject, Verdict
from worker.contract.monitoring_run import Coverage
from worker.contract.words import Words

REFERENCE = (Quality(name="accuracy", value=0.95, low=0.92, high=0.97),)
BAD = (Quality(name="accuracy", value=0.80, low=0.75, high=0.85),)
GOOD = (Quality(name="accuracy", value=0.94, low=0.90, high=0.97),)
KNOWN = Coverage(rows=600, known=300)
NONE = Verdict(state=State.NOT_ENOUGH_DATA, rows=80, rows_needed=200)


@pytest.fixture
def referenced(penguins):
    refer(penguins, *REFERENCE)


def refer(endpoint, *figures: Quality) -> None:
    """Let the reference data of the champion have shown these figures."""
    found = msgspec.to_builtins(manifest(quality=figures))
    ModelVersion.objects.filter(pk=endpoint.champion.version_id).update(manifest_json=found)


def test_a_quiet_endpoint_opens_nothing(looked, noticed):
    looked(window(0), window(1))
    assert noticed() == []


def test_what_is_only_watched_opens_nothing(looked, noticed):
    looked(window(0), window(1, State.WATCHED))
    assert noticed() == []


def test_a_repeated_change_opens_one_alert_that_says_since_when(looked, noticed):
    looked(window(0), window(1, State.WATCHED), window(2, State.CHANGED))
    assert noticed() == ["changed"]
    sighting = Alert.objects.get().sighting
    assert sighting.subjects == (Subject(kind="drift", name="bill_mm"),)
    assert sighting.since_ms == to_ms(NOON + DAY)


def test_what_a_version_showed_before_it_was_replaced_opens_nothing_when_it_is_back(penguins, alice, looked, noticed):
    looked(window(0), window(1, State.WATCHED), window(2, State.CHANGED))
    come_back(penguins, alice, NOON + 10 * DAY)
    assert noticed(NOON + 10 * DAY) == []
    looked(window(11, State.WATCHED), window(12, State.CHANGED))
    assert noticed(NOON + 13 * DAY) == ["changed"]
    assert Alert.objects.get().sighting.since_ms == to_ms(NOON + 11 * DAY)


def test_an_alert_ends_with_the_champion_even_if_the_same_version_is_back_before_anybody_judges(
    penguins, alice, looked, noticed
):
    looked(window(0), window(1, State.WATCHED), window(2, State.CHANGED))
    assert noticed(NOON + 3 * DAY) == ["changed"]
    come_back(penguins, alice, NOON + 4 * DAY)
    assert noticed(NOON + 4 * DAY) == []
    assert Alert.objects.get().closed_why == Ending.REPLACED


def test_a_change_that_missed_a_window_and_a_small_one_is_told_from_its_first_day(looked, noticed):
    small = msgspec.structs.replace(window(1), found=Found(rows=80), verdict=NONE)
    looked(window(0, State.WATCHED), small, window(2), window(3, State.CHANGED))
    assert noticed() == ["changed"]
    assert Alert.objects.get().sighting.since_ms == to_ms(NOON)


def test_the_same_change_seen_again_opens_no_second_alert(looked, noticed):
    looked(window(1, State.WATCHED), window(2, State.CHANGED))
    noticed()
    looked(window(3, State.CHANGED))
    assert noticed(NOON + HOUR) == ["changed"]
    assert Alert.objects.count() == 1
    assert Alert.objects.get().window == MonitoredWindow.objects.get(begins_at=NOON + 3 * DAY)


def test_an_alert_that_ended_is_closed_by_itself(looked, noticed):
    looked(window(1, State.WATCHED), window(2, State.CHANGED))
    noticed()
    looked(window(3))
    assert noticed(NOON + HOUR) == []
    alert = Alert.objects.get()
    assert (alert.closed_why, alert.closed_at) == (Ending.ENDED, NOON + HOUR)
    assert [event.kind for event in alert.events.all()] == [EventKind.NOTICED, EventKind.ENDED]


def test_too_few_rows_neither_open_nor_close(looked, noticed):
    few = msgspec.structs.replace(window(0), verdict=NONE)
    looked(few)
    assert noticed() == []
    looked(window(1, State.WATCHED), window(2, State.CHANGED))
    noticed()
    looked(msgspec.structs.replace(window(3), verdict=NONE))
    assert noticed(NOON + HOUR) == ["changed"]


def test_an_open_window_is_no_reason(looked, noticed):
    looked(window(0), msgspec.structs.replace(window(1, State.CHANGED), is_open=True))
    assert noticed() == []


def test_faults_of_the_data_are_a_rule_of_their_own(looked, noticed):
    missing = (Subject(kind="missing", name="island"),)
    faulty = Verdict(state=State.CHANGED, rows=600, rows_needed=200, alarmed=missing)
    looked(msgspec.structs.replace(window(0), verdict=faulty, found=Found(rows=600, changed=missing)))
    assert noticed() == ["data_fault"]


def test_measured_worse_than_the_reference_in_two_windows_is_an_alert(looked, noticed, referenced):
    looked(window(0, realised=GOOD, coverage=KNOWN), window(1, realised=BAD, coverage=KNOWN))
    assert noticed() == []
    looked(window(2, realised=BAD, coverage=KNOWN), window(3))
    assert noticed(NOON + HOUR) == ["worse"]
    looked(window(4, realised=GOOD, coverage=KNOWN))
    assert noticed(NOON + 2 * HOUR) == []


def test_intervals_that_touch_are_no_alert(looked, noticed, referenced):
    near = (Quality(name="accuracy", value=0.88, low=0.84, high=0.92),)
    looked(*(window(day, realised=near, coverage=KNOWN) for day in range(3)))
    assert noticed() == []


def test_a_handful_of_outcomes_says_nothing(looked, noticed, referenced):
    few = Coverage(rows=600, known=12)
    looked(*(window(day, realised=BAD, coverage=few) for day in range(3)))
    assert noticed() == []


def test_of_errors_it_is_the_larger_that_are_worse(looked, noticed, penguins):
    refer(penguins, Quality(name="mae", value=280, low=270, high=290))
    larger = (Quality(name="mae", value=1100, low=1000, high=1200),)
    looked(*(window(day, realised=larger, coverage=KNOWN) for day in range(2)))
    assert noticed() == ["worse"]


def test_outcomes_that_are_no_fair_sample_are_an_alert_once_repeated(looked, noticed):
    biased = msgspec.structs.replace(KNOWN, is_biased=True)
    looked(window(0, coverage=biased))
    assert noticed() == []
    looked(window(1, coverage=biased))
    assert noticed() == ["biased"]


def test_two_looks_in_a_row_that_came_to_nothing_are_an_alert_and_one_good_look_ends_it(looked, noticed):
    why = Words("The look could not be done.")
    looked(reason=why)
    assert noticed() == []
    looked(reason=why, at=NOON + HOUR)
    assert noticed(NOON + HOUR) == ["look_failed"]
    assert Alert.objects.get().sighting.reason == why
    looked(window(0), at=NOON + 2 * HOUR)
    assert noticed(NOON + 2 * HOUR) == []


def test_two_looks_that_nobody_answers_are_an_alert(penguins, noticed):
    version = penguins.champion.version
    running.ask(penguins, version, NOON)
    assert noticed(NOON + 2 * HOUR) == []
    running.ask(penguins, version, NOON + 3 * HOUR)
    assert noticed(NOON + 3 * HOUR) == []
    assert noticed(NOON + 4 * HOUR) == ["look_missing"]
    assert Alert.objects.get().sighting.hours == 4


def test_a_box_that_was_off_for_days_is_no_alert(penguins, noticed):
    version = penguins.champion.version
    running.ask(penguins, version, NOON)
    running.ask(penguins, version, NOON + 3 * DAY)
    assert noticed(NOON + 3 * DAY + timedelta(minutes=5)) == []


def test_silence_is_a_state_unless_somebody_asked(looked, noticed, penguins):
    looked(window(0))
    assert noticed(NOON + 30 * DAY) == []
    wishes = settings_of(penguins)
    wishes.silent_days = 7
    wishes.save()
    assert noticed(NOON + 30 * DAY) == ["silent"]
    assert Alert.objects.get().sighting.days == 29
    assert noticed(NOON + 5 * DAY) == []


def test_another_version_ends_the_alerts_of_the_one_before(looked, noticed, penguins):
    looked(window(1, State.WATCHED), window(2, State.CHANGED))
    noticed()
    champion = penguins.champion
    facts = {"number": 2, "digest": "other", "inspection_id": "other", "created_by": champion.deployed_by}
    Alert.objects.update(version=champion.version.model.versions.create(**facts))
    noticed(NOON + HOUR)
    assert list(Alert.objects.order_by("pk").values_list("closed_why", flat=True)) == [Ending.REPLACED, ""]


def test_a_rule_that_is_switched_off_opens_nothing_and_closes_what_is_open(looked, noticed, penguins):
    looked(window(1, State.WATCHED), window(2, State.CHANGED))
    noticed()
    wishes = settings_of(penguins)
    wishes.rules_off = ["changed"]
    wishes.save()
    assert noticed(NOON + HOUR) == []
    assert Alert.objects.get().closed_why == Ending.SWITCHED_OFF


def test_alerts_of_an_endpoint_without_a_version_are_closed(looked, noticed, penguins):
    looked(window(1, State.WATCHED), window(2, State.CHANGED))
    noticed()
    penguins.deployments.update(ended_at=NOON)
    notice_due(NOON + HOUR)
    assert Alert.objects.get().closed_why == Ending.REPLACED


def test_an_endpoint_is_judged_when_there_is_news_or_after_a_while(looked, penguins):
    assert notice_due(NOON) == 1
    assert notice_due(NOON + timedelta(minutes=1)) == 0
    looked(window(0), at=NOON + timedelta(minutes=2))
    assert notice_due(NOON + timedelta(minutes=3)) == 1
    assert notice_due(NOON + timedelta(minutes=4)) == 0
    assert notice_due(NOON + timedelta(minutes=3) + AGAIN_AFTER) == 1


def test_without_a_journal_nothing_is_judged(looked, noticed, penguins):
    looked(window(1, State.WATCHED), window(2, State.CHANGED))
    penguins.keeps_journal = False
    penguins.save()
    assert noticed() == []
    assert MonitoringRun.objects.count() == 1
