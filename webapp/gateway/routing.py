"""The routing table: all that the online path knows of keys, users, endpoints and versions, read-only, in memory.

It is rebuilt from the database when the stamp in Redis moves, so that no request asks the database.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final

from webapp.accounts.models import ApiKey, User
from webapp.endpoints.models import Deployment, DeploymentRole, Endpoint
from worker.contract.journal import API, CHECK, KEEP_ALL, JournalRule

BODY_BYTES_MAX: Final = 2 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """Where a request for an endpoint goes: to the champion's version, or to the challenger's for its share of callers.

    `deployment` is the row's key. A route with `against` is a shadow's: it is compared with that digest. `shadows` get
    copies of what the champion answered.
    """

    endpoint: str
    version: int
    digest: str
    dialect: str = "native"
    body_bytes_max: int = BODY_BYTES_MAX
    deployment: int = 0
    share: int = 100
    against: str = ""
    rule: JournalRule = KEEP_ALL
    challenger: "Route | None" = None
    shadows: "tuple[Route, ...]" = ()

    def for_caller(self, caller: bytes) -> "Route":
        """Return the route that this caller takes, always the same while the shares stay as they are."""
        if self.challenger is None:
            return self
        # Salted with the endpoint: nobody is in the challenger's share everywhere.
        place = int.from_bytes(sha256(self.endpoint.encode() + b"\0" + caller).digest()[:8]) % 100
        return self.challenger if place < self.challenger.share else self

    @property
    def address(self) -> tuple[str, int, str]:
        """The endpoint, and the version with its digest, as a batch names them."""
        return self.endpoint, self.version, self.digest

    @property
    def all(self) -> "tuple[Route, ...]":
        """This route with those of its challenger and its shadows."""
        return (self, *((self.challenger,) if self.challenger else ()), *self.shadows)


@dataclass(frozen=True, kw_only=True, slots=True)
class RoutingTable:
    """`routes` by endpoint name; `endpoints_by_key` by the SHA-256 of a key, `endpoints_by_user` by user id.

    `callers_by_key` says whose key it is, as the journal writes it.
    """

    routes: Mapping[str, Route] = field(default_factory=dict)
    endpoints_by_key: Mapping[bytes, frozenset[str]] = field(default_factory=dict)
    callers_by_key: Mapping[bytes, str] = field(default_factory=dict)
    endpoints_by_user: Mapping[int, frozenset[str]] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()
    """Endpoints that exist without a version behind them."""

    @property
    def digests(self) -> frozenset[str]:
        """Every version that a request may reach."""
        return frozenset(one.digest for route in self.routes.values() for one in route.all)


def build_routing_table() -> RoutingTable:
    """Read everything from the database (a few queries, whatever the number of keys)."""
    routes = _routes(Deployment.objects.serving())
    active = frozenset(Endpoint.objects.filter(is_active=True).values_list("name", flat=True))
    users = User.objects.filter(is_active=True).prefetch_related("groups")
    by_user = _endpoints_by_user(list(users), active)
    usable = ApiKey.objects.usable().values_list("digest", "user_id", "is_check")
    keys = [(bytes.fromhex(digest), user_id, CHECK if is_check else API) for digest, user_id, is_check in usable]
    return RoutingTable(
        routes=routes,
        endpoints_by_key={digest: by_user.get(user_id, frozenset()) for digest, user_id, _way in keys},
        callers_by_key={digest: f"{way}:{user_id}" for digest, user_id, way in keys},
        endpoints_by_user=by_user,
        waiting=active - routes.keys(),
    )


def _routes(live: Iterable[Deployment]) -> dict[str, Route]:
    by_endpoint: dict[str, list[Deployment]] = {}
    for deployment in live:
        by_endpoint.setdefault(deployment.endpoint.name, []).append(deployment)
    routes = {}
    for name, deployments in by_endpoint.items():
        by_role: dict[str, list[Route]] = {}
        for deployment in deployments:
            by_role.setdefault(deployment.role, []).append(_route(deployment))
        for champion in by_role.get(DeploymentRole.CHAMPION, ()):
            shadows = [replace(shadow, against=champion.digest) for shadow in by_role.get(DeploymentRole.SHADOW, ())]
            challenger = next(iter(by_role.get(DeploymentRole.CHALLENGER, ())), None)
            routes[name] = replace(champion, challenger=challenger, shadows=tuple(shadows))
    return routes


def _route(deployment: Deployment) -> Route:
    return Route(
        endpoint=deployment.endpoint.name,
        version=deployment.version.number,
        digest=deployment.version.digest,
        deployment=deployment.pk,
        share=deployment.share,
        rule=deployment.endpoint.journal_rule,
    )


def _endpoints_by_user(users: list[User], active: frozenset[str]) -> dict[int, frozenset[str]]:
    by_group: dict[int, set[str]] = {}
    for name, group_id in Endpoint.objects.filter(is_active=True).values_list("name", "groups"):
        if group_id is not None:
            by_group.setdefault(group_id, set()).add(name)
    shared: dict[frozenset[int], frozenset[str]] = {}  # colleagues of the same groups share one set
    result = {}
    for user in users:
        groups = frozenset(group.pk for group in user.groups.all())
        if groups not in shared:
            shared[groups] = frozenset().union(*(by_group.get(group, set()) for group in groups))
        result[user.pk] = active if user.is_superuser else shared[groups]
    return result
