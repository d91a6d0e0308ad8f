"""A new version is asked when it is warm; all else in a new table holds at once; and nobody waits for ever."""

from webapp.gateway.changeover import WARM_WAIT_S, Changeover
from webapp.gateway.routing import Route, RoutingTable

FIRST = Route(endpoint="penguins", version=1, digest="a", deployment=1)
SECOND = Route(endpoint="penguins", version=2, digest="b", deployment=2)
NOTHING: frozenset[str] = frozenset()


def table(route: Route, *keys: bytes) -> RoutingTable:
    return RoutingTable(routes={"penguins": route}, endpoints_by_key=dict.fromkeys(keys, frozenset({"penguins"})))


def begun(route: Route = SECOND, warm: frozenset[str] = NOTHING) -> Changeover:
    changeover = Changeover()
    changeover.begin(table(FIRST, b"key"), NOTHING, 0)
    changeover.begin(table(route), warm, 100)
    return changeover


def asked(changeover: Changeover) -> int:
    return changeover.table.routes["penguins"].version


def test_a_first_version_is_asked_at_once():
    changeover = Changeover()
    changeover.begin(table(FIRST), NOTHING, 0)
    assert (asked(changeover), changeover.is_waiting) == (1, False)


def test_a_version_that_is_warm_is_asked_at_once():
    assert asked(begun(warm=frozenset({"b"}))) == 2


def test_a_version_that_is_not_warm_waits_and_both_are_announced():
    changeover = begun()
    assert (asked(changeover), changeover.is_waiting) == (1, True)
    assert changeover.digests == {"a", "b"}


def test_a_revoked_key_does_not_wait():
    assert begun().table.endpoints_by_key == {}


def test_what_has_become_warm_is_asked():
    changeover = begun()
    changeover.go_on(frozenset({"b"}), 101)
    assert (asked(changeover), changeover.is_waiting) == (2, False)
    assert changeover.digests == {"b"}


def test_what_never_becomes_warm_is_asked_in_the_end():
    changeover = begun()
    changeover.begin(table(SECOND), NOTHING, 100 + WARM_WAIT_S / 2)  # read again meanwhile
    changeover.go_on(NOTHING, 100 + WARM_WAIT_S)
    assert asked(changeover) == 2


def test_a_challenger_waits_for_its_own_warmth_and_a_shadow_for_nothing():
    challenged = Route(endpoint="penguins", version=1, digest="a", deployment=1, challenger=SECOND)
    assert begun(challenged).table.routes["penguins"].challenger is None
    shadowed = Route(endpoint="penguins", version=1, digest="a", deployment=1, shadows=(SECOND,))
    assert begun(shadowed).table.routes["penguins"].shadows == (SECOND,)


def test_an_endpoint_that_ends_ends_at_once():
    changeover = begun()
    changeover.begin(RoutingTable(), NOTHING, 101)
    assert (dict(changeover.table.routes), changeover.is_waiting) == ({}, False)
