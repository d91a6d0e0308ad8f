"""The page of the admission report: who sees it, and that it shows what is known and says what is not."""

from pathlib import Path

import msgspec
import pytest
from django.test import Client

from tests.playground import manifest, submission
from webapp.accounts.models import Role, User
from webapp.registry.models import ModelVersion
from webapp.registry.publishing import publish, store
from worker.contract.profile import ColumnProfile, NumberProfile, Profile
from worker.contract.report import CalibrationBin, Confusion, Conversion, Importance, Latency, Measurements, Report
from worker.contract.words import Words

ADDRESS = "/models/penguins/versions/1/report/"
EVEN = NumberProfile(mean=50, sd=29, percentiles=tuple(map(float, range(101))), edges=(50.0,), counts=(50, 50))

REPORT = Report(
    measurements=Measurements(
        load_ms=1.8,
        resident_bytes=2 << 20,
        peak_bytes=3 << 20,
        latency=(Latency(rows=1, p50_ms=0.03, p99_ms=0.5), Latency(rows=1000, p50_ms=1.5, p99_ms=3.0)),
        rows_per_s=100_000.0,
        deterministic=True,
        libraries_bytes=10 << 20,
    ),
    conversion=Conversion(
        difference=1e-6, speed_up=510.0, graph_bytes=1689, resident_bytes=2 << 20, sklearn_resident_bytes=5 << 20
    ),
    calibration=(CalibrationBin(foretold=0.7, observed=0.5, low=0.25, high=0.75, rows=40),),
    confusion=Confusion(labels=("Adelie", "Gentoo"), counts=((60, 1), (2, 52))),
    importance=(Importance(feature="bill_mm", value=0.4, sd=0.02),),
    remarks=(Words("“{feature}” changes no answer: the model ignores it.", {"feature": "year"}),),
)


def page(client: Client, language: str = "en") -> str:
    response = client.get(ADDRESS, headers={"Accept-Language": language})
    assert response.status_code == 200
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def waiting(alice: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelVersion:
    monkeypatch.setattr("webapp.celery.app.send_task", lambda *_, **__: None)
    return publish(alice, submission(tmp_path / "in"))


@pytest.fixture
def version(waiting: ModelVersion) -> ModelVersion:
    waiting.mark_ready(manifest(report=REPORT))
    return waiting


def test_nobody_is_asked_to_log_in(client, version):
    assert client.get(ADDRESS)["Location"].startswith("/login/")


def test_a_strangers_report_is_as_good_as_absent(as_bob, bob, version):
    bob.role = Role.PUBLISHER
    bob.save()
    assert as_bob.get(ADDRESS).status_code == 404


def test_a_version_without_a_report_leads_to_its_page(as_alice, waiting):
    assert as_alice.get(ADDRESS)["Location"] == "/models/penguins/versions/1/"


@pytest.mark.parametrize("status", ["rejected", "deleted"])
def test_what_never_passed_leads_to_its_page(as_alice, waiting, status):
    ModelVersion.objects.filter(pk=waiting.pk).update(status=status)
    assert as_alice.get(ADDRESS).status_code == 302


def test_the_page_of_the_version_leads_here(as_alice, version):
    assert ADDRESS in as_alice.get("/models/penguins/versions/1/").content.decode()


@pytest.mark.parametrize(
    "words",
    [
        "99.1 %",
        "differs from what was foretold by 20.0 %",
        "510 times",
        "2 MiB",
        "0.4 ",
        "changes no answer",
        "1.5 ms",
    ],
)
def test_everything_that_was_measured_is_told(as_alice, version, words):
    assert words in page(as_alice)


def test_numbers_are_in_the_readers_format(as_alice, version):
    found = page(as_alice, "fr")
    assert "99,1 %" in found
    assert "Mieux que le hasard" in found
    assert "ne change aucune réponse" in found


def test_without_a_profile_the_page_says_so(as_alice, version):
    assert "No profile of the reference data" in page(as_alice)


def test_the_profile_is_drawn(as_alice, version):
    column = ColumnProfile(name="bill_mm", count=98, missing=2, numbers=EVEN)
    known = Profile(rows=100, features=(column,), prediction=ColumnProfile(name="prediction", count=100))
    directory = store().models_dir / version.digest
    directory.mkdir(parents=True)
    (directory / "profile.json").write_bytes(msgspec.json.encode(known))
    assert "half lie from 25 to 75 mm" in page(as_alice)


def test_a_report_with_nothing_in_it_is_a_page(as_alice, waiting):
    waiting.mark_ready(manifest(quality=(), report=None))
    assert "Whether it is good is not known" in page(as_alice)


def test_nothing_on_the_page_needs_a_looser_policy(as_alice, version):
    assert " style=" not in page(as_alice)
