"""What the steps of jobs import, loaded when the first of them is done: a worker that waits stays light."""

from typing import Final

from worker.batch import assembling, planning, scoring

LOADED: Final = (assembling, planning, scoring)
