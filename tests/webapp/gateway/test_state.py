"""What a gateway process knows: that it stays right when Redis loses the word of a change."""

import asyncio
import contextlib

import pytest
from django.utils import timezone

from tests.playground import add_user, deployed_endpoint
from tests.redis_server import running_redis
from webapp.accounts.models import ApiKey
from webapp.gateway import state as state_module
from webapp.gateway.lane import LaneClient
from webapp.gateway.link import RedisLinkError
from webapp.gateway.state import GatewayState
from worker.contract import names

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_revoked_key_is_refused_though_nobody_said_so(tmp_path, monkeypatch):
    monkeypatch.setattr(state_module, "REREAD_S", 0.1)
    alice = add_user("alice")
    deployed_endpoint(alice)
    key, text = ApiKey.objects.create_key(alice)

    async def scenario(socket):
        state = GatewayState(LaneClient(socket, socket.parent))
        await state.start()
        await until_announced(state.lane)
        known = state.endpoints_for(text.encode())
        await ApiKey.objects.filter(pk=key.pk).aupdate(revoked_at=timezone.now())  # no signal, so no stamp
        for _ in range(100):
            await asyncio.sleep(0.05)
            if state.endpoints_for(text.encode()) is None:
                break
        last = state.endpoints_for(text.encode())
        await state.stop()
        return known, last

    with running_redis(tmp_path) as socket:
        assert asyncio.run(scenario(socket)) == (frozenset({"penguins"}), None)


async def until_announced(lane: LaneClient) -> None:
    """Return when the stamp has been read: after that only a change of it, or time, makes the gateway read again."""
    for _ in range(100):
        await asyncio.sleep(0.05)
        with contextlib.suppress(RedisLinkError):
            if await lane.ask_redis("GET", names.DEPLOYED):
                return
    message = "The gateway never announced what is deployed"
    raise AssertionError(message)
