"""What may stand behind an endpoint, what ends when it changes, and the way back."""

from typing import Any

import msgspec
import pytest
from django.db import IntegrityError, transaction

from tests.playground import NOON, PRICE, SPECIES, manifest
from webapp.endpoints.deploying import deploy, promote, rollback, withdraw
from webapp.endpoints.errors import DeploymentStateError, OrderError
from webapp.endpoints.models import Deployment, DeploymentRole, Endpoint
from webapp.endpoints.orders import Order
from webapp.registry.errors import WrongStateError
from webapp.registry.models import ModelVersion
from worker.contract.signature import Signature

CHALLENGER, SHADOW = DeploymentRole.CHALLENGER, DeploymentRole.SHADOW
FEWER = Signature(features=SPECIES.features[1:], output=SPECIES.output)
PERMUTED = Signature(features=SPECIES.features[::-1], output=SPECIES.output)


def add_version(endpoint: Endpoint, signature: Signature = SPECIES, status: str = "ready") -> ModelVersion:
    model = endpoint.model
    assert model is not None
    number = model.next_number()
    name = f"{model.name}-{number}"
    return model.versions.create(
        number=number,
        digest=name,
        inspection_id=name,
        created_by=model.owner,
        status=status,
        manifest_json=msgspec.to_builtins(manifest(signature)),
    )


def put(endpoint: Endpoint, version: ModelVersion, role: str = "champion", share: int = 100, **more: Any) -> Deployment:
    order = Order(version=version, by=version.created_by, role=DeploymentRole(role), share=share, **more)
    return deploy(endpoint, order, NOON)


def live(endpoint: Endpoint) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for each in endpoint.deployments.live().order_by("place"):
        found.setdefault(each.role, []).append(each.version.number)
    return found


def back(endpoint: Endpoint) -> int:
    assert endpoint.model is not None
    return rollback(endpoint, endpoint.model.owner, NOON).version.number


@pytest.mark.parametrize("status", ["inspecting", "rejected"])
def test_only_a_ready_version_is_deployed(penguins, status):
    with pytest.raises(WrongStateError, match="penguins version 2 cannot be deployed: it is not ready"):
        put(penguins, add_version(penguins, status=status))


@pytest.mark.parametrize(("role", "share"), [("champion", 50), ("challenger", 0), ("challenger", 100), ("shadow", 0)])
def test_a_share_goes_with_its_role(penguins, role, share):
    with pytest.raises(OrderError, match=f"A {role} takes a share of"):
        put(penguins, add_version(penguins), role, share)


@pytest.mark.parametrize(("role", "share"), [("champion", 50), ("challenger", 0), ("challenger", 100), ("shadow", 101)])
def test_the_database_holds_shares_too(penguins, alice, role, share):
    penguins.deployments.all().delete()
    with pytest.raises(IntegrityError):
        penguins.deployments.create(
            version=add_version(penguins), role=role, share=share, deployed_at=NOON, deployed_by=alice
        )


@pytest.mark.parametrize(("role", "place"), [("champion", 1), ("challenger", 1), ("shadow", 3)])
def test_the_database_bounds_the_places(penguins, alice, role, place):
    penguins.deployments.all().delete()
    share = 50 if role == "challenger" else 100
    version = add_version(penguins)
    with pytest.raises(IntegrityError):
        penguins.deployments.create(
            version=version, role=role, share=share, place=place, deployed_at=NOON, deployed_by=alice
        )


def test_a_version_plays_one_part_at_a_time(penguins, alice):
    with pytest.raises(IntegrityError):
        penguins.deployments.create(
            version=penguins.champion.version, role="shadow", deployed_at=NOON, deployed_by=alice
        )


def test_an_endpoint_has_one_live_champion(penguins, alice):
    version = add_version(penguins)
    with pytest.raises(IntegrityError):
        penguins.deployments.create(version=version, role="champion", deployed_at=NOON, deployed_by=alice)


@pytest.mark.parametrize(("role", "share"), [("challenger", 10), ("shadow", 100)])
def test_without_a_champion_nothing_stands_beside_it(penguins, alice, role, share):
    withdraw(penguins.champion, alice, NOON)
    with pytest.raises(DeploymentStateError, match="penguins has no champion yet"):
        put(penguins, add_version(penguins), role, share)


def test_the_champion_is_not_its_own_challenger(penguins):
    with pytest.raises(DeploymentStateError, match="cannot be its challenger as well"):
        put(penguins, penguins.champion.version, "challenger", 10)


def test_there_is_one_challenger(penguins):
    put(penguins, add_version(penguins), "challenger", 10)
    with pytest.raises(DeploymentStateError, match="has a challenger already: penguins version 2"):
        put(penguins, add_version(penguins), "challenger", 20)


def test_there_are_three_shadows(penguins):
    for _ in range(3):
        put(penguins, add_version(penguins), "shadow")
    with pytest.raises(DeploymentStateError, match="penguins has 3 shadows already"):
        put(penguins, add_version(penguins), "shadow")
    assert live(penguins) == {"champion": [1], "shadow": [2, 3, 4]}


def test_a_shadow_takes_the_place_of_one_that_left(penguins, alice):
    first, _second, _third = (put(penguins, add_version(penguins), "shadow") for _ in range(3))
    withdraw(first, alice, NOON)
    assert put(penguins, add_version(penguins), "shadow").place == first.place


def test_deploying_the_same_again_changes_nothing(penguins):
    assert put(penguins, penguins.champion.version) == penguins.champion
    assert Deployment.objects.count() == 1


def test_another_share_is_another_deployment(penguins):
    version = add_version(penguins)
    former = put(penguins, version, "challenger", 10)
    assert put(penguins, version, "challenger", 25).share == 25
    former.refresh_from_db()
    assert not former.is_live


def test_a_new_champion_ends_the_former_and_leaves_the_others(penguins, alice):
    former = penguins.champion
    put(penguins, add_version(penguins), "challenger", 10)
    put(penguins, add_version(penguins))
    former.refresh_from_db()
    assert (former.ended_at, former.ended_by) == (NOON, alice)
    assert live(penguins) == {"champion": [3], "challenger": [2]}


def test_a_promoted_challenger_is_a_challenger_no_longer(penguins, alice):
    challenger = put(penguins, add_version(penguins), "challenger", 10)
    promote(challenger, Order(version=challenger.version, by=alice), NOON)
    assert live(penguins) == {"champion": [2]}


def test_what_was_withdrawn_is_not_promoted(penguins, alice):
    challenger = put(penguins, add_version(penguins), "challenger", 10)
    withdraw(challenger, alice, NOON)
    with pytest.raises(DeploymentStateError, match="penguins version 2 is no longer deployed behind penguins"):
        promote(challenger, Order(version=challenger.version, by=alice), NOON)


def test_what_has_ended_is_not_withdrawn_again(penguins, alice):
    champion = penguins.champion
    withdraw(champion, alice, NOON)
    with pytest.raises(DeploymentStateError, match="no longer deployed"):
        withdraw(champion, alice, NOON)


@pytest.mark.parametrize(
    ("signature", "told"),
    [
        (FEWER, "the feature “bill_mm” is gone"),
        (PERMUTED, "the features come in another order"),
        (PRICE, "it predicts a number, not a class"),
    ],
)
@pytest.mark.parametrize(("role", "share"), [("champion", 100), ("challenger", 10), ("shadow", 100)])
def test_a_signature_that_differs_is_refused_by_name(penguins, signature, told, role, share):
    with pytest.raises(DeploymentStateError, match=told):
        put(penguins, add_version(penguins, signature), role, share)
    assert live(penguins) == {"champion": [1]}


def test_an_override_needs_a_reason(penguins):
    with pytest.raises(OrderError, match="An override needs a reason"):
        put(penguins, add_version(penguins, FEWER), override=True, reason=" ")


def test_an_override_is_recorded_and_ends_what_does_not_go_with_it(penguins):
    put(penguins, add_version(penguins), "shadow")
    made = put(penguins, add_version(penguins, FEWER), override=True, reason="Agreed with all callers.")
    assert "“bill_mm” is gone" in made.overrode
    assert live(penguins) == {"champion": [3]}


def test_what_was_overruled_by_nobody_is_not_recorded(penguins):
    assert put(penguins, add_version(penguins), override=True, reason="To be sure.").overrode == ""


def test_without_a_former_champion_there_is_no_way_back(penguins):
    with pytest.raises(DeploymentStateError, match="There is no champion before the present one"):
        back(penguins)


def test_each_rollback_goes_one_further_back(penguins):
    put(penguins, add_version(penguins))
    put(penguins, add_version(penguins))
    assert (back(penguins), back(penguins)) == (2, 1)
    with pytest.raises(DeploymentStateError):
        back(penguins)


def test_after_a_rollback_the_next_champion_leads_back_to_it(penguins):
    put(penguins, add_version(penguins))
    back(penguins)
    put(penguins, add_version(penguins))
    assert back(penguins) == 1


def test_a_rollback_passes_over_what_may_not_be_deployed(penguins):
    second = add_version(penguins)
    put(penguins, second)
    put(penguins, add_version(penguins))
    ModelVersion.objects.filter(pk=second.pk).update(status="rejected")
    assert back(penguins) == 1


def test_a_rollback_asks_no_signature_and_ends_what_does_not_go_with_it(penguins):
    put(penguins, add_version(penguins, FEWER), override=True, reason="Agreed.")
    put(penguins, add_version(penguins, FEWER), "shadow")
    back(penguins)
    assert live(penguins) == {"champion": [1]}


def test_a_withdrawn_champion_comes_back(penguins, alice):
    withdraw(penguins.champion, alice, NOON)
    assert penguins.champion is None
    assert back(penguins) == 1


def test_who_saw_another_champion_changes_nothing(penguins, alice):
    seen = penguins.champion.pk
    put(penguins, add_version(penguins))
    put(penguins, add_version(penguins))
    rollback(penguins, alice, NOON, champion_seen=penguins.champion.pk)
    with pytest.raises(DeploymentStateError, match="Somebody else changed penguins a moment ago"):
        rollback(penguins, alice, NOON, champion_seen=seen)
    assert live(penguins) == {"champion": [2]}


def test_a_refused_order_leaves_a_transaction_usable(penguins):
    with transaction.atomic():
        with pytest.raises(DeploymentStateError):
            put(penguins, add_version(penguins, FEWER))
        assert live(penguins) == {"champion": [1]}
