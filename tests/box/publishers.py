"""A publisher who talks HTTP to a running box, and what an upload may have left behind in it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import psutil

from appliance.steps import manage
from tests.running_box import RunningBox, eventually
from worker.monitoring.apart import PROCESS as LOOK

INSPECTED_WITHIN_S: Final = 120.0
SPOOL: Final = ("inbox", "outbox", "working", "converted", "deliveries", "uploads")
CLOSING: Final = """
from django.utils import timezone
from webapp.accounts.models import User
from webapp.endpoints.deploying import withdraw
from webapp.endpoints.models import Deployment, Endpoint
for each in Deployment.objects.live().filter(endpoint__name__startswith={prefix!r}):
    withdraw(each, User.objects.get(username="admin"), timezone.now())
Endpoint.objects.filter(name__startswith={prefix!r}).update(is_active=False)
"""


class Publisher:
    """Publishes as one user does."""

    def __init__(self, box: RunningBox, client: httpx.Client) -> None:
        self.box = box
        self.client = client

    def send(self, model: str, artifact: bytes, reference: bytes, name: str = "model", **fields: str) -> httpx.Response:
        """Upload a version and return the answer."""
        files = {"artifact": (name, artifact), "reference": ("reference.csv", reference)}
        return self.client.post(f"/api/v1/models/{model}/versions", files=files, data=fields)

    def asked(self, model: str, artifact: bytes, reference: bytes, **fields: str) -> str:
        """Upload a version, which must be taken, and return where to look for the outcome."""
        answer = self.send(model, artifact, reference, **fields)
        assert answer.status_code == 202, answer.text
        url: str = answer.json()["url"]
        return url

    def outcome(self, url: str, timeout_s: float = INSPECTED_WITHIN_S) -> dict[str, Any]:
        """Return the version once it is no longer being inspected."""
        assert eventually(lambda: self.version(url)["status"] != "inspecting", timeout_s), f"{url} is never inspected"
        return self.version(url)

    def version(self, url: str) -> dict[str, Any]:
        """Return the version as it is now."""
        answer: dict[str, Any] = self.client.get(url).raise_for_status().json()
        return answer

    def published(self, model: str, artifact: bytes, reference: bytes, **fields: str) -> dict[str, Any]:
        """Upload a version and return it with the outcome of its inspection."""
        return self.outcome(self.asked(model, artifact, reference, **fields))


@contextlib.contextmanager
def publishing(box: RunningBox, user: str = "admin") -> Iterator[Publisher]:
    """Let a user publish."""
    with httpx.Client(base_url=box.url, headers={"Authorization": f"Bearer {box.key(user)}"}, timeout=60) as client:
        yield Publisher(box, client)


def in_spool(box: RunningBox) -> list[str]:
    """Return what lies in the spool, directories too, but for what an hourly look at an endpoint has there."""
    places = [box.data_dir / "spool" / name for name in SPOOL]
    looks = {Path(each.cmdline()[-1]).stem for each in disposable(box) if LOOK in each.cmdline()}
    found = (path for place in places for path in place.glob("*") if path.stem not in looks)
    return sorted(str(path.relative_to(box.data_dir)) for path in found)


def disposable(box: RunningBox) -> list[psutil.Process]:
    """Return the disposable processes of a box, and what has forked from them."""
    return [each for each in box.processes() if "worker.inspection" in each.cmdline()]


def inspecting(box: RunningBox) -> list[psutil.Process]:
    """Return those that have to do with an upload."""
    return [each for each in disposable(box) if LOOK not in each.cmdline()]


def traces(box: RunningBox) -> list[str]:
    """Return the files and the processes that uploads have left."""
    with contextlib.suppress(psutil.Error):
        return in_spool(box) + [str(each) for each in inspecting(box)]
    return ["a process that is just ending"]


def assert_nothing_is_left(box: RunningBox) -> None:
    assert eventually(lambda: traces(box) == []), traces(box)


def close(box: RunningBox, prefix: str) -> None:
    """Take away the endpoints whose names begin so: other tests count the endpoints that one may ask."""
    manage(box.data, "shell", "-c", CLOSING.format(prefix=prefix))
