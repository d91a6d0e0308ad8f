"""Closed windows are logged once to a real MLflow server, in order, and again what late outcomes changed of them.

What goes wrong is kept, told and tried again.
"""

import re
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from django.utils.timezone import get_default_timezone

from tests.playground import NOON
from tests.running_box import free_port
from tests.webapp.monitoring.test_health import CARAT, looked, window
from tests.webapp.retraining.running_mlflow import asked, running_mlflow
from webapp.monitoring.models import MonitoredWindow
from webapp.records.models import to_ms
from webapp.retraining import tracking
from webapp.retraining.models import LoggedWindow, TrackedRun
from webapp.retraining.tracking import log_due
from webapp.retraining.tracking_server import TrackingError, TrackingServer
from webapp.retraining.window_metrics import metrics_of
from worker.contract.manifest import Quality
from worker.contract.monitoring import Estimate, State

ESTIMATED = (Estimate(name="accuracy", value=0.91, low=0.88, high=0.94, rows=600),)
REALISED = (Quality(name="accuracy", value=0.9, low=0.87, high=0.93),)
MONTH_IS_OVER = datetime(2025, 12, 1, tzinfo=get_default_timezone())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an MLflow server."""
    with running_mlflow(Path(tmp_path_factory.mktemp("mlflow"))) as address:
        yield address


@pytest.fixture
def two_windows(penguins, sent):
    looked(
        penguins,
        window(0, estimated=ESTIMATED, features=(CARAT,)),
        window(1, State.WATCHED, realised=REALISED),
        msgspec.structs.replace(window(2), is_open=True),
    )
    return penguins


def test_each_closed_window_is_logged_once_to_a_run_of_its_version(server, two_windows, settings):
    settings.MLFLOW_TRACKING_URI = server
    assert log_due(NOON) == 2
    assert log_due(NOON) == 0
    tracked = TrackedRun.objects.get()
    experiment = asked(server, "/api/2.0/mlflow/experiments/get-by-name?experiment_name=bastide/penguins")["experiment"]
    run = asked(server, f"/api/2.0/mlflow/runs/get?run_id={tracked.run_id}")["run"]
    assert run["info"]["experiment_id"] == experiment["experiment_id"]
    tags = {tag["key"]: tag["value"] for tag in run["data"]["tags"]}
    assert (tags["bastide.version"], tags["bastide.state"]) == ("penguins 1", "watched")
    history = asked(server, f"/api/2.0/mlflow/metrics/get-history?run_id={tracked.run_id}&metric_key=rows")["metrics"]
    assert [(each["step"], each["value"]) for each in history] == [(0, 600), (1, 600)]
    assert history[0]["timestamp"] == window(0).ends_ms
    figures = {each["key"]: each["value"] for each in run["data"]["metrics"]}
    assert figures["drift/psi/bill_mm"] == 6.5
    assert figures["estimated/accuracy_high"] == 0.94
    assert figures["realised/accuracy"] == 0.9
    listed = asked(server, f"/api/2.0/mlflow/artifacts/list?run_id={tracked.run_id}")["files"]
    assert "bastide-last-window.json" in [file["path"] for file in listed]


@pytest.fixture
def fresh(penguins):
    """An endpoint of which the server knows nothing yet."""
    penguins.name = f"penguins-{uuid4().hex}"
    penguins.save()
    return penguins


def history(server: str, key: str) -> list[tuple[int, float]]:
    run_id = TrackedRun.objects.get().run_id
    found = asked(server, f"/api/2.0/mlflow/metrics/get-history?run_id={run_id}&metric_key={key}").get("metrics", [])
    return [(each["step"], each["value"]) for each in found]


def last(server: str, key: str) -> float | None:
    run = asked(server, f"/api/2.0/mlflow/runs/get?run_id={TrackedRun.objects.get().run_id}")["run"]
    return {each["key"]: each["value"] for each in run["data"]["metrics"]}.get(key)


def quality(value: float) -> tuple[Quality, ...]:
    return (Quality(name="accuracy", value=value, low=value - 0.1, high=value + 0.05),)


def test_what_late_outcomes_changed_is_logged_once_more_at_the_same_step(server, fresh, sent, settings):
    settings.MLFLOW_TRACKING_URI = server
    looked(fresh, window(0, realised=quality(0.9)), window(1))
    assert log_due(NOON) == 2
    assert log_due(NOON) == 0
    looked(fresh, window(0, realised=quality(0.8)), window(1, realised=quality(0.7)))
    assert log_due(NOON) == 2
    assert log_due(NOON) == 0
    assert sorted(history(server, "realised/accuracy")) == [(0, 0.8), (0, 0.9), (1, 0.7)]
    assert history(server, "rows") == [(0, 600), (1, 600)]
    assert TrackedRun.objects.get().logged_until == max(MonitoredWindow.objects.values_list("begins_at", flat=True))


def test_the_last_word_about_a_window_is_the_last_figure(server, fresh, sent, settings):
    settings.MLFLOW_TRACKING_URI = server
    for value in (0.7, 0.9, 0.6):  # of two at one moment MLflow would take the larger one
        looked(fresh, window(0, realised=quality(value)))
        log_due(NOON)
        assert last(server, "realised/accuracy") == value


def test_a_changed_window_before_the_last_leaves_state_and_report_alone(server, fresh, sent, settings, monkeypatch):
    settings.MLFLOW_TRACKING_URI = server
    looked(fresh, window(0), window(1, State.WATCHED))
    log_due(NOON)
    monkeypatch.setattr(TrackingServer, "keep_file", lambda *_: pytest.fail("It is no report of the last window."))
    looked(fresh, window(0, State.CHANGED, realised=quality(0.5)), window(1, State.WATCHED))
    assert log_due(NOON) == 1
    run = asked(server, f"/api/2.0/mlflow/runs/get?run_id={TrackedRun.objects.get().run_id}")["run"]
    assert {tag["key"]: tag["value"] for tag in run["data"]["tags"]}["bastide.state"] == "watched"


def test_many_changed_windows_are_logged_a_few_at_a_time(server, fresh, sent, settings, monkeypatch):
    settings.MLFLOW_TRACKING_URI = server
    looked(fresh, *(window(day) for day in range(3)))
    log_due(NOON)
    monkeypatch.setattr(tracking, "WINDOWS_AT_ONCE", 2)
    looked(fresh, *(window(day, realised=quality(0.5)) for day in range(3)))
    assert [log_due(NOON) for _ in range(3)] == [2, 1, 0]
    assert sorted(history(server, "realised/accuracy")) == [(0, 0.5), (1, 0.5), (2, 0.5)]


def test_windows_that_change_no_more_are_not_compared(server, fresh, sent, settings, monkeypatch):
    settings.MLFLOW_TRACKING_URI = server
    monkeypatch.setattr(tracking, "LOOKED_BACK_MAX", 1)
    looked(fresh, window(0), window(1))
    log_due(NOON)
    looked(fresh, window(0, realised=quality(0.5)), window(1, realised=quality(0.5)))
    assert log_due(NOON) == 1
    assert history(server, "realised/accuracy") == [(1, 0.5)]
    assert LoggedWindow.objects.count() == 1


def files_of(server: str, tracked: TrackedRun) -> list[str]:
    listed = asked(server, f"/api/2.0/mlflow/artifacts/list?run_id={tracked.run_id}").get("files", [])
    return [file["path"] for file in listed if file["path"].startswith("bastide-month")]


def test_the_report_of_a_month_is_kept_once_it_is_complete_and_once(server, two_windows, settings, monkeypatch):
    settings.MLFLOW_TRACKING_URI = server
    log_due(MONTH_IS_OVER - timedelta(seconds=1))
    assert TrackedRun.objects.get().logged_month == ""
    log_due(MONTH_IS_OVER)  # its third window is open
    assert TrackedRun.objects.get().logged_month == ""
    MonitoredWindow.objects.filter(is_open=True).delete()
    log_due(MONTH_IS_OVER)
    tracked = TrackedRun.objects.get()
    assert files_of(server, tracked) == ["bastide-month-2025-11.en.html", "bastide-month-2025-11.fr.html"]
    monkeypatch.setattr(TrackingServer, "keep_file", lambda *_: pytest.fail("It is kept twice."))
    log_due(MONTH_IS_OVER + timedelta(days=1))


def test_the_report_is_the_printed_page_and_loads_nothing(server, as_alice, two_windows, settings):
    settings.MLFLOW_TRACKING_URI = server
    log_due(MONTH_IS_OVER + tracking.WINDOW_LASTS)  # what stayed open is waited for no more
    run = TrackedRun.objects.get().run_id
    url = f"{server}/get-artifact?run_uuid={run}&path=bastide-month-2025-11.fr.html"
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  # our own address
        kept = answer.read().decode()
    assert "novembre 2025" in kept
    assert 'lang="fr"' in kept
    assert not re.search(r"<(script|link|img|a|iframe)[ >]", kept)
    page = as_alice.get("/endpoints/penguins/report/2025-11/", headers={"accept-language": "fr"}).content.decode()
    assert re.findall(r"<h2.*?</h2>", kept) == re.findall(r"<h2.*?</h2>", page)


def test_a_month_that_the_server_does_not_take_is_tried_again(server, two_windows, settings):
    settings.MLFLOW_TRACKING_URI = server
    log_due(NOON)
    later = MONTH_IS_OVER + tracking.WINDOW_LASTS
    settings.MLFLOW_TRACKING_URI = f"http://127.0.0.1:{free_port()}"
    log_due(later)
    assert "Connection refused" in TrackedRun.objects.get().failure
    settings.MLFLOW_TRACKING_URI = server
    log_due(later + tracking.AGAIN_AFTER)
    tracked = TrackedRun.objects.get()
    assert (tracked.logged_month, tracked.failure) == ("2025-11", "")
    assert len(files_of(server, tracked)) == 2


def test_an_answer_that_was_lost_makes_no_second_run_and_no_second_figure(server, two_windows, settings):
    settings.MLFLOW_TRACKING_URI = server
    log_due(NOON)
    first = TrackedRun.objects.get().run_id
    TrackedRun.objects.all().delete()  # as if the process had died before it could note what it had logged
    log_due(NOON)
    assert TrackedRun.objects.get().run_id == first
    history = asked(server, f"/api/2.0/mlflow/metrics/get-history?run_id={first}&metric_key=rows")["metrics"]
    assert len(history) == 2


def test_more_figures_than_one_call_takes_are_logged(server, settings):
    known = TrackingServer.at(server)
    run = known.run(known.experiment("many"), "many", to_ms(NOON), {"bastide.version": "many"})
    many = metrics_of(window(0, features=tuple(msgspec.structs.replace(CARAT, name=f"f {n}") for n in range(800))), 0)
    assert len(many) > 2_000
    known.log(run, many, {})
    found = asked(server, f"/api/2.0/mlflow/runs/get?run_id={run.run_id}")["run"]["data"]["metrics"]
    assert len(found) == len(many)


def test_what_a_server_refuses_is_said(server):
    with pytest.raises(TrackingError, match=r"404.*RESOURCE_DOES_NOT_EXIST"):
        TrackingServer.at(server)._call("GET", "runs/get", query={"run_id": "absent"})


def test_a_server_that_is_away_is_told_and_tried_again(as_alice, two_windows, settings):
    settings.MLFLOW_TRACKING_URI = f"http://127.0.0.1:{free_port()}"
    assert log_due(NOON) == 0
    tracked = TrackedRun.objects.get()
    assert "Connection refused" in tracked.failure
    page = as_alice.get("/endpoints/penguins/health/").content.decode()
    assert "Connection refused" in page
    assert log_due(NOON + timedelta(minutes=9)) == 0
    TrackedRun.objects.update(failure="as before")
    log_due(NOON + tracking.AGAIN_AFTER)
    assert "Connection refused" in TrackedRun.objects.get().failure


def test_without_a_server_nothing_is_done(two_windows, settings):
    settings.MLFLOW_TRACKING_URI = ""
    assert log_due(NOON) == 0
    assert not TrackedRun.objects.exists()


@pytest.mark.parametrize(
    ("uri", "authorization"),
    [
        ("https://mlflow.example", ""),
        ("https://ana:p%40ss@mlflow.example", "Basic YW5hOnBAc3M="),
        ("https://secret@mlflow.example/base/", "Bearer secret"),
    ],
)
def test_a_server_knows_the_box_by_a_password_or_a_token(uri, authorization):
    assert TrackingServer.at(uri).authorization == authorization


class _Strange(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def test_a_redirect_is_not_followed():
    with ThreadingHTTPServer(("127.0.0.1", 0), _Strange) as strange:
        Thread(target=strange.serve_forever, daemon=True).start()
        with pytest.raises(TrackingError, match="status 302"):
            TrackingServer.at(f"http://127.0.0.1:{strange.server_port}").experiment("any")
        strange.shutdown()


def test_names_that_mlflow_refuses_are_mended_and_stay_apart():
    odd = tuple(msgspec.structs.replace(CARAT, name=name) for name in ("a%b", "a$b", "é"))
    keys = [each.key for each in metrics_of(window(0, features=odd), 0)]
    assert len(keys) == len(set(keys))
    assert {"drift/psi/a_b", "drift/psi/a_b_"} <= set(keys)


def test_what_is_no_number_is_left_out():
    odd = msgspec.structs.replace(CARAT, psi=float("inf"))
    assert not any(each.key == "drift/psi/bill_mm" for each in metrics_of(window(0, features=(odd,)), 0))
