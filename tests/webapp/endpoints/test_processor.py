"""Whether the cores that compute carry the expected load, who may overrule that, and that the load is kept."""

import msgspec
import pytest

from tests.playground import NOON, add_user, manifest
from tests.webapp.endpoints.test_deploying import add_version
from webapp.accounts.models import Role
from webapp.endpoints.deploying import deploy
from webapp.endpoints.errors import DoesNotFitError, OrderError
from webapp.endpoints.models import DeploymentRole, Endpoint
from webapp.endpoints.orders import Order
from webapp.endpoints.processor import load_of
from webapp.registry.models import ModelVersion
from worker.contract.report import Latency, Measurements, Report


@pytest.fixture(autouse=True)
def _box(settings):
    settings.INFERENCE_PROCESSES = 2


def slow(endpoint: Endpoint, row_ms: float) -> ModelVersion:
    """Return a version of which one row takes so long."""
    measurements = Measurements(
        load_ms=1,
        resident_bytes=1,
        peak_bytes=1,
        latency=(Latency(rows=1, p50_ms=row_ms, p99_ms=row_ms),),
        rows_per_s=1e3,
        deterministic=True,
    )
    version = add_version(endpoint)
    version.manifest_json = msgspec.to_builtins(manifest(report=Report(measurements=measurements)))
    version.save()
    return version


def test_the_need_is_the_load_times_what_a_row_takes(penguins, alice):
    load = load_of(penguins, Order(version=slow(penguins, 20), by=alice, expected_per_s=50))
    assert (load.need, load.used, load.budget, load.fits) == (1.0, 0.0, 1.6, True)


@pytest.mark.parametrize(("role", "share", "need"), [("challenger", 10, 0.1), ("shadow", 50, 1.0)])
def test_a_challenger_needs_its_share_and_a_shadow_twice_its_share(penguins, alice, role, share, need):
    order = Order(version=slow(penguins, 20), by=alice, role=DeploymentRole(role), share=share, expected_per_s=50)
    assert load_of(penguins, order).need == pytest.approx(need)


def test_what_does_not_fit_is_refused_with_the_numbers_and_nothing_is_kept(penguins, alice):
    with pytest.raises(DoesNotFitError) as refused:
        deploy(penguins, Order(version=slow(penguins, 20), by=alice, expected_per_s=100), NOON)
    assert refused.value.message == (
        "The load expected of penguins version 2 (requests a second: 100; one row: 20 ms) needs at most 2 "
        "processor cores; of the 1.6 that compute 1.6 are free."
    )
    penguins.refresh_from_db()
    assert (penguins.expected_per_s, penguins.champion.version.number) == (1.0, 1)


def test_an_admin_may_overrule_it_with_a_reason_and_the_load_is_kept(penguins):
    admin = add_user("ada", Role.ADMIN)
    order = Order(version=slow(penguins, 20), by=admin, expected_per_s=100, override=True, reason="Nights only.")
    assert "needs at most 2 processor cores" in deploy(penguins, order, NOON).overrode
    penguins.refresh_from_db()
    assert penguins.expected_per_s == 100


def test_what_stands_elsewhere_is_counted(penguins, alice):
    deploy(penguins, Order(version=slow(penguins, 20), by=alice, expected_per_s=50), NOON)
    other = Endpoint.objects.create(name="birds", title="Birds")
    load = load_of(other, Order(version=slow(penguins, 20), by=alice, expected_per_s=40))
    assert (load.used, load.fits) == (1.0, False)


def test_what_was_not_measured_is_not_judged(penguins, alice):
    assert load_of(penguins, Order(version=add_version(penguins), by=alice, expected_per_s=1e6)).fits


@pytest.mark.parametrize("load", [-1.0, 1e7, float("nan")])
def test_a_load_that_cannot_be_is_refused(penguins, alice, load):
    with pytest.raises(OrderError, match="cannot expect"):
        deploy(penguins, Order(version=slow(penguins, 1), by=alice, expected_per_s=load), NOON)
