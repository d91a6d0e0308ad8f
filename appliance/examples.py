"""Trains and publishes the example models, once each; an interrupted first start goes on where it stopped."""

import shutil
from typing import Final

from appliance import command, environment, stamps
from appliance.paths import PYTHON, DataDirectory
from appliance.steps import manage

EXAMPLES: Final = ("penguins", "diamonds", "biopsy")
TRAINING_TIMEOUT_S: Final = 600.0
PUBLISHED: Final = "published"


def missing(data: DataDirectory) -> tuple[str, ...]:
    """Return the examples that this data directory has never had."""
    return tuple(name for name in EXAMPLES if not stamps.is_current(data, f"example-{name}", PUBLISHED))


def publish(data: DataDirectory, url: str, name: str) -> None:
    """Train one example and publish it as its publisher would; returns when it is deployed."""
    directory = data.run / "examples" / name
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    argv = [str(PYTHON), "-m", f"examples.{name}", str(directory)]
    command.run(argv, timeout_s=TRAINING_TIMEOUT_S, environment=environment.shell())
    manage(data, "publish", str(directory), "--wait", url=url)
    stamps.write(data, f"example-{name}", PUBLISHED)
    shutil.rmtree(directory)
