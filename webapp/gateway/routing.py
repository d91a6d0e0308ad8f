"""The routing table: all that the online path knows of keys, users, endpoints and versions, read-only, in memory.

It is rebuilt from the database when the stamp in Redis moves, so that no request asks the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from webapp.accounts.models import ApiKey, User
from webapp.endpoints.models import Deployment, Endpoint

BODY_BYTES_MAX: Final = 2 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """Where a request for an endpoint goes."""

    endpoint: str
    version: int
    digest: str
    dialect: str = "native"
    body_bytes_max: int = BODY_BYTES_MAX


@dataclass(frozen=True, kw_only=True, slots=True)
class RoutingTable:
    """`routes` by endpoint name; `endpoints_by_key` by the SHA-256 of a key, `endpoints_by_user` by user id."""

    routes: Mapping[str, Route] = field(default_factory=dict)
    endpoints_by_key: Mapping[bytes, frozenset[str]] = field(default_factory=dict)
    endpoints_by_user: Mapping[int, frozenset[str]] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()
    """Endpoints that exist without a version behind them."""


def build_routing_table() -> RoutingTable:
    """Read everything from the database (a few queries, whatever the number of keys)."""
    champions = Deployment.objects.live_champions().select_related("endpoint", "version")
    routes = {
        deployment.endpoint.name: Route(
            endpoint=deployment.endpoint.name, version=deployment.version.number, digest=deployment.version.digest
        )
        for deployment in champions
        if deployment.endpoint.is_active
    }
    active = frozenset(Endpoint.objects.filter(is_active=True).values_list("name", flat=True))
    users = User.objects.filter(is_active=True).prefetch_related("groups")
    by_user = _endpoints_by_user(list(users), active)
    keys = ApiKey.objects.usable().values_list("digest", "user_id")
    return RoutingTable(
        routes=routes,
        endpoints_by_key={bytes.fromhex(digest): by_user.get(user_id, frozenset()) for digest, user_id in keys},
        endpoints_by_user=by_user,
        waiting=active - routes.keys(),
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
