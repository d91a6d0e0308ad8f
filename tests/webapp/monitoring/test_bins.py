"""The rows that drove a change, as a page of predictions finds them."""

from urllib.parse import parse_qs

import msgspec

from tests.webapp.monitoring.test_health import sent, window
from tests.webapp.monitoring.test_pictures import FROZEN, MOVED, QUIET, figures, shown, told
from webapp.monitoring.bins import bins_of, rows_to_see
from worker.contract.monitoring import Check, CheckKind
from worker.contract.monitoring_run import WindowReport
from worker.contract.profile import CategoryProfile, ColumnProfile

__all__ = ["sent", "told"]


def links(report: WindowReport, profile: ColumnProfile) -> list[tuple[str, str]]:
    bins = bins_of(profile, report.features[0])
    return [(each.words, parse_qs(each.query)["id"][0]) for each in rows_to_see(profile, bins, report)]


def test_the_bin_that_grew_most_and_what_a_check_is_about_lead_to_their_rows():
    report = window(0, **figures(MOVED, 0.9))
    assert links(report, FROZEN.features[0]) == [("> 44", "44.0.."), ("no value", "-")]
    beyond = Check(
        kind=CheckKind.OUT_OF_RANGE, feature="bill_mm", count=60, rows=600, low=0.1, high=0.2, is_changed=True
    )
    moved = msgspec.structs.replace(MOVED, counts=(60, 540))
    report = msgspec.structs.replace(report, features=(moved,), checks=(beyond,))
    assert links(report, FROZEN.features[0]) == [
        ("> 44", "44.0.."), ("< 30", "..29.999999999999996"), ("> 60", "60.0..")
    ]  # fmt: skip  # as above
    report = msgspec.structs.replace(report, features=(msgspec.structs.replace(MOVED, counts=(0, 600)),))
    assert links(report, FROZEN.features[0]) == [("> 44", "44.0.."), ("> 60", "60.0..")]


def test_a_category_that_grew_or_is_new_leads_to_its_rows():
    said = msgspec.structs.replace(QUIET, name="island", counts=(100, 500, 0))
    island = ColumnProfile(
        name="island", count=300, categories=CategoryProfile(values=("Biscoe", "Dream & co"), counts=(200, 100))
    )
    new = Check(kind=CheckKind.NEW_CATEGORY, feature="island", count=60, rows=600, low=0.1, high=0.2, is_changed=True,
                value="Elba")  # fmt: skip  # as above
    report = window(0, features=(said,), checks=(new,))
    assert links(report, island) == [("Dream & co", "Dream & co"), ("Elba", "Elba")]


def test_the_page_of_a_feature_leads_to_the_page_of_predictions(as_alice, told):
    page = shown(as_alice, "feature_health", "penguins", 1)
    assert 'href="/endpoints/penguins/predictions/?by=range&amp;feature=bill_mm&amp;id=44.0.."' in page


def test_nothing_leads_to_rows_where_nothing_moved():
    still = msgspec.structs.replace(QUIET, counts=(320, 280))
    assert links(window(0, features=(still,)), FROZEN.features[0]) == []
