"""Which versions of which libraries wrote an artifact."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from worker.models import artifacts


def made_with(artifact: Path) -> dict[str, str]:
    """Return the versions by library, as far as the skops file says; scikit-learn notes its own in each estimator."""
    with zipfile.ZipFile(artifact) as archive:
        schema = json.loads(archive.read("schema.json"))
    version = next(_sklearn_versions(schema), None)
    return artifacts.made_with(artifact) | ({} if version is None else {"scikit-learn": version})


def _sklearn_versions(schema: Any) -> Iterator[str]:  # noqa: ANN401  # JSON
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            noted = node.get("_sklearn_version")
            if isinstance(noted, dict) and isinstance(noted.get("content"), str):
                yield noted["content"].strip('"')
            waiting.extend(node.values())
