"""Stories that a box of their own plays: `bastide demo drift`."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from appliance import command, environment, examples, stamps
from appliance.box import Options
from appliance.errors import ApplianceError
from appliance.paths import PYTHON
from appliance.steps import manage
from appliance.up import up

STORIES: Final = ("drift",)
STORY_TIMEOUT_S: Final = 600.0
TOLD: Final = "told"


def play(story: str, options: Options, say: Callable[[str], None]) -> None:
    """Run a box with a story in it until it is told to end. Raise for a story that there is not."""
    if story not in STORIES:
        message = f"There is no demonstration {story!r}."
        raise ApplianceError(message, f"choose one of: {', '.join(STORIES)}")
    up(replace(options, with_examples=False), say, lambda: tell(options, say))


def tell(options: Options, say: Callable[[str], None]) -> None:
    """Publish the diamonds, write three weeks of requests, and have the box look at them."""
    data, url = options.data, options.address.url
    if "diamonds" in examples.missing(data):
        say("  Training and publishing the example diamonds")
        examples.publish(data, url, "diamonds")
    if not stamps.is_current(data, "demo-drift", TOLD):
        say("  Three weeks of requests, the last one with a wrong unit")
        argv = [str(PYTHON), "-m", "examples.drift", str(data.spool), str(data.models)]
        command.run(argv, timeout_s=STORY_TIMEOUT_S, environment=environment.shell())
        stamps.write(data, "demo-drift", TOLD)
    say("  Looking at them")
    say(f"  {manage(data, 'look', 'diamonds', url=url).strip()}")
    say(f"See what changed, since when and why: {url}/endpoints/diamonds/health/")
