"""Whether a version fits into the memory for models, what would have to leave for it, and who may overrule that."""

from typing import Final

import msgspec
import pytest

from tests.playground import NOON, add_user, deployed_endpoint, manifest
from tests.webapp.endpoints.test_deploying import add_version, live, put
from webapp.accounts.models import Role
from webapp.endpoints.admission import Outcome, judge, need_of, used_bytes
from webapp.endpoints.deploying import rollback
from webapp.endpoints.errors import DoesNotFitError
from webapp.endpoints.models import Endpoint
from webapp.registry.models import ModelVersion
from worker.contract.report import Measurements, Report

MIB: Final = 1 << 20
GIB: Final = 1 << 30


@pytest.fixture(autouse=True)
def _box(settings):
    settings.INFERENCE_PROCESSES = 2
    settings.MODEL_MEMORY_BYTES = GIB


def measured(resident_mib: int, peak_mib: int):
    measurements = Measurements(
        load_ms=10,
        resident_bytes=resident_mib * MIB,
        peak_bytes=peak_mib * MIB,
        latency=(),
        rows_per_s=1e5,
        deterministic=True,
    )
    return manifest(report=Report(measurements=measurements))


def weigh(version: ModelVersion, resident_mib: int, peak_mib: int) -> ModelVersion:
    version.manifest_json = msgspec.to_builtins(measured(resident_mib, peak_mib))
    version.save()
    return version


def heavy(endpoint: Endpoint, resident_mib: int, peak_mib: int = 0) -> ModelVersion:
    return weigh(add_version(endpoint), resident_mib, peak_mib)


def test_every_process_holds_it_and_loading_comes_on_top():
    need = need_of(measured(100, 150))
    assert (need.held_bytes, need.loading_bytes, need.is_estimate) == (200 * MIB, 100 * MIB, False)


@pytest.mark.parametrize(("file_bytes", "held_mib"), [(0, 8), (10 * MIB, 80)])
def test_without_a_report_it_is_estimated_from_the_file(file_bytes, held_mib):
    need = need_of(manifest(artifact_size_bytes=file_bytes))
    assert (need.held_bytes, need.is_estimate) == (held_mib * MIB, True)


def test_a_version_fits_to_the_last_byte(penguins):
    assert used_bytes() == 8 * MIB
    assert judge(penguins, heavy(penguins, 508)).outcome == Outcome.FITS
    assert judge(penguins, heavy(penguins, 508, 509)).outcome == Outcome.DOES_NOT_FIT


def test_what_is_loaded_already_needs_nothing_more(penguins, settings):
    settings.MODEL_MEMORY_BYTES = 0
    admission = judge(penguins, penguins.champion.version)
    assert (admission.outcome, admission.need_bytes) == (Outcome.FITS, 0)


def test_a_version_behind_two_endpoints_counts_once(penguins, alice):
    other = Endpoint.objects.create(name="birds", title="Birds")
    put(other, penguins.champion.version)
    assert used_bytes() == 8 * MIB


def test_an_endpoint_that_is_closed_needs_nothing(penguins):
    Endpoint.objects.update(is_active=False)
    assert used_bytes() == 0


def test_the_fewest_endpoints_that_make_room_are_named(penguins, alice):
    for name, size_mib in (("birds", 100), ("iris", 300), ("wine", 50)):
        weigh(deployed_endpoint(alice, name).deployments.get().version, size_mib, 0)
    admission = judge(penguins, heavy(penguins, 300))
    assert (admission.outcome, admission.unload) == (Outcome.FITS_IF_UNLOADED, ("iris",))


def test_no_endpoint_is_named_where_none_would_help(penguins, alice):
    deployed_endpoint(alice, "birds")
    admission = judge(penguins, heavy(penguins, 600))
    assert (admission.outcome, admission.unload) == (Outcome.DOES_NOT_FIT, ())


def test_the_champion_that_leaves_makes_no_room_for_the_next(penguins):
    weigh(penguins.champion.version, 400, 400)
    assert judge(penguins, heavy(penguins, 400)).outcome == Outcome.DOES_NOT_FIT


@pytest.mark.parametrize(("role", "share"), [("champion", 100), ("challenger", 10), ("shadow", 100)])
def test_what_does_not_fit_is_refused_with_the_numbers(penguins, role, share):
    with pytest.raises(DoesNotFitError) as refused:
        put(penguins, heavy(penguins, 600), role, share)
    assert refused.value.message == (
        "penguins version 2 needs 1.2 GiB (2 processes that hold it, and its loading); of the 1.0 GiB for models "
        "1,016 MiB are free."
    )
    assert refused.value.hint.startswith("Give the box 184 MiB more")
    assert live(penguins) == {"champion": [1]}


def test_an_estimate_is_told_as_one(penguins, settings):
    settings.MODEL_MEMORY_BYTES = 10 * MIB
    with pytest.raises(DoesNotFitError, match="needs about 8 MiB, estimated from its file of 0 MiB"):
        put(penguins, add_version(penguins))


def test_an_admin_overrules_it_with_a_reason_that_is_recorded(penguins):
    made = put(penguins, heavy(penguins, 600), override=True, reason="Nothing else runs tonight.")
    assert made.overrode.startswith("penguins version 2 needs 1.2 GiB")


def test_a_publisher_overrules_no_memory(db):
    endpoint = deployed_endpoint(add_user("olga", Role.PUBLISHER))
    with pytest.raises(DoesNotFitError):
        put(endpoint, heavy(endpoint, 600), override=True, reason="Please.")


def test_a_rollback_asks_for_no_memory(penguins, alice, settings):
    put(penguins, add_version(penguins))
    settings.MODEL_MEMORY_BYTES = 0
    assert rollback(penguins, alice, NOON).version.number == 1
