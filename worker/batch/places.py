"""Where the files of a job lie. Nothing of a message becomes part of a path unless it is an id or a number."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Final

from worker.contract.batch import INPUT, JOB_ID, RESULT, WRONG_ROWS, Step
from worker.inspection.removal import remove

DIRECTORIES: Final = ("answers", "begun", "joined", "parts", "wrong", "shown")


class JobPlace:
    """The files of one attempt at a job. Raise ValueError for an id that no site makes."""

    def __init__(self, spool_dir: Path, step: Step) -> None:
        if not JOB_ID.fullmatch(step.job_id):
            msg = f"A job id is 32 hexadecimal digits, got {step.job_id[:80]!r}."
            raise ValueError(msg)
        self.job = spool_dir / "batch" / step.job_id
        self.attempt = self.job / f"attempt-{step.attempt}"

    @property
    def input(self) -> Path:
        """The uploaded file."""
        return self.job / INPUT

    @property
    def result(self) -> Path:
        """The finished file."""
        return self.job / RESULT

    @property
    def wrong_rows(self) -> Path:
        """The file of the rows that could not be answered."""
        return self.job / WRONG_ROWS

    @property
    def plan(self) -> Path:
        """What was decided when the file was cut."""
        return self.attempt / "plan.json"

    @property
    def outcome(self) -> Path:
        """What was told of the result: it is there when the result is, and the parts may be gone."""
        return self.attempt / "outcome.json"

    @property
    def joined(self) -> Path:
        """The directory in which the result grows while chunks are still being answered."""
        return self.attempt / "joined"

    def make(self) -> None:
        """Make the directories of this attempt. Raise FileNotFoundError if the job is gone: it does not come back."""
        self.attempt.mkdir(exist_ok=True)
        for name in DIRECTORIES:
            (self.attempt / name).mkdir(exist_ok=True)

    def clear_former_attempts(self) -> None:
        """Remove what earlier attempts at the job have left."""
        for attempt in self.job.glob("attempt-*"):
            if attempt != self.attempt:
                remove(attempt)

    def clear_parts(self) -> None:
        """Remove what only the making of the result needed. The answers stay, to be compared with others.

        What another worker reads last as it makes the same result goes first: it finds that, and not half of the rest.
        """
        for name in ("shown", "wrong", "parts", "joined", "begun", "sheet"):
            remove(self.attempt / name)
        (self.attempt / "text").unlink(missing_ok=True)

    def clear_joined(self) -> None:
        """Remove what was joined early: nobody waits for this attempt any more. It does not begin to grow again."""
        remove(self.joined)

    def working(self, name: str) -> Path:
        """Return where a working copy of this attempt lies: `text` or `sheet`."""
        return self.attempt / name

    def part(self, number: int) -> Path:
        """Return the rows of a chunk as they go into the result."""
        return self.attempt / "parts" / f"{number:06d}"

    def wrong_part(self, number: int) -> Path:
        """Return the rows of a chunk that could not be answered."""
        return self.attempt / "wrong" / f"{number:06d}"

    def answers(self, number: int) -> Path:
        """Return the answers to a chunk, for the summary and for comparisons."""
        return self.attempt / "answers" / f"{number:06d}"

    def shown(self, number: int) -> Path:
        """Return the few rows of a chunk that a page shows."""
        return self.attempt / "shown" / f"{number:06d}"

    def begun(self, name: str) -> Path:
        """Return the counter of how often a step was begun."""
        return self.attempt / "begun" / name


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """Yield where to write; the file appears at `path` whole, or not at all. The last of several writers wins."""
    draft = path.with_name(f"{path.name}.{token_hex(8)}.draft")
    try:
        yield draft
        os.replace(draft, path)  # noqa: PTH105  # atomic by its name
    finally:
        draft.unlink(missing_ok=True)
