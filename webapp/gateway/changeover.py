"""From one routing table to the next without a slow answer between: a new version is warm before the old one leaves.

Everything else in a new table, a revoked key above all, holds at once.
"""

from dataclasses import replace
from typing import Final

from webapp.gateway.routing import Route, RoutingTable

WARM_WAIT_S: Final = 10.0
"""A version that takes longer to load, or that no worker can load, gets its requests all the same."""


class Changeover:
    """`wanted` is the newest table; `table` the one to use until its versions are warm."""

    def __init__(self) -> None:
        self.table = RoutingTable()
        self.wanted = self.table
        self._give_up_s = 0.0

    @property
    def is_waiting(self) -> bool:
        """Whether a version is not asked yet because it is not warm."""
        return self.table is not self.wanted

    @property
    def digests(self) -> frozenset[str]:
        """Every version that is asked, or soon will be."""
        return self.table.digests | self.wanted.digests

    def begin(self, wanted: RoutingTable, warm: frozenset[str], now_s: float) -> None:
        """Take a new table, as far as its versions are warm."""
        if not self.is_waiting:  # else one that never gets warm would put the end off for ever
            self._give_up_s = now_s + WARM_WAIT_S
        self.wanted = wanted
        self.go_on(warm, now_s)

    def go_on(self, warm: frozenset[str], now_s: float) -> None:
        """Take over what has become warm, or all of it when the wait is over."""
        if now_s >= self._give_up_s:
            self.table = self.wanted
            return
        held = {
            name: former
            for name, route in self.wanted.routes.items()
            if (former := self._former(name, route)) is not None and not _is_warm(route, former, warm)
        }
        self.table = replace(self.wanted, routes={**self.wanted.routes, **held}) if held else self.wanted

    def _former(self, name: str, route: Route) -> Route | None:
        former = self.table.routes.get(name)
        return None if former == route else former


def _is_warm(route: Route, former: Route, warm: frozenset[str]) -> bool:
    """Return whether whoever may be answered by the new route is answered at once; a shadow may take its time."""
    answering = {one.digest for one in (route, route.challenger) if one is not None}
    return answering <= warm | {one.digest for one in (former, former.challenger) if one is not None}
