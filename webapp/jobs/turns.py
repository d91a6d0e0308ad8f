"""Whose turn it is: a fair share to each person, and to each of their jobs."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count


@dataclass(frozen=True, kw_only=True, slots=True)
class Next:
    """The step that comes next of a job: rows' keys. `is_last`: after it somebody has a result."""

    step_id: int
    job_id: int
    owner_id: int
    is_last: bool = False


class Turns:
    """Chooses who has least under way, and among those who waited longest since their last turn.

    Of one person's jobs those come first that are then done: else all of many small ones would end at the same time.
    """

    def __init__(self) -> None:
        self._clock = count(1)
        self._owners: dict[int, int] = {}
        self._jobs: dict[int, int] = {}

    def choose(self, waiting: Iterable[Next], owners: Counter[int], jobs: Counter[int]) -> Next:
        """Return which comes next; `owners` and `jobs` count what is under way."""
        return min(
            waiting,
            key=lambda step: (
                owners[step.owner_id],
                self._owners.get(step.owner_id, 0),
                not step.is_last,
                jobs[step.job_id],
                self._jobs.get(step.job_id, 0),
                step.job_id,
            ),
        )

    def note(self, step: Next) -> None:
        """Note that a step was sent."""
        self._owners[step.owner_id] = self._jobs[step.job_id] = next(self._clock)

    def forget_all_but(self, jobs: set[int]) -> None:
        """Forget the jobs that have ended."""
        self._jobs = {job: turn for job, turn in self._jobs.items() if job in jobs}
