"""Counts how often one inspection was begun, so that one which kills its worker is not begun for ever."""

import re
from pathlib import Path
from typing import Final

from worker.contract.inspection import InspectionOutcome, InspectionRequest
from worker.contract.words import Words
from worker.inspection.refusal import rejection
from worker.inspection.removal import remove

DELIVERIES_MAX: Final = 3
INSPECTION_ID: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,127}")


class Deliveries:
    """The deliveries of one inspection: a file in the spool, one byte longer with each."""

    def __init__(self, spool_dir: Path, inspection_id: str) -> None:
        if not INSPECTION_ID.fullmatch(inspection_id):
            msg = f"An inspection id is letters, digits, '-' and '_', got {inspection_id!r}."
            raise ValueError(msg)
        self._path = spool_dir / "deliveries" / inspection_id
        self._left = tuple(spool_dir / place / inspection_id for place in ("working", "converted"))

    def begin(self) -> int:
        """Count this delivery. Return how many there were before it, all without an answer."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as counter:
            counter.write(b".")
            return counter.tell() - 1

    def refusal(self, request: InspectionRequest) -> InspectionOutcome | None:
        """Count this delivery. Return the refusal when the earlier ones all ended without an answer."""
        begun = self.begin()
        if begun < DELIVERIES_MAX:
            return None
        words = Words(
            "The inspection was begun {count} times, and each time the worker that did it died.", {"count": begun}
        )
        advice = Words("The model may need more memory than the box has; see the log of the jobs worker.")
        return rejection(request, words, advice, {"deliveries": begun})

    def forget(self) -> None:
        """Drop the count, and what a worker that died may have left: the inspection was answered."""
        for directory in self._left:
            remove(directory)
            directory.with_suffix(".json").unlink(missing_ok=True)
        self._path.unlink(missing_ok=True)
