"""An inference worker whose model ends its process on one input, and hangs on others; start it by `celery -A`."""

import ctypes
import os
import signal
import time

from worker.app import app
from worker.lane import watchdog
from worker.models import cache
from worker.models.answers import Answers
from worker.models.serving import ServedModel
from worker.tables.table import Table

__all__ = ["app"]

LETHAL = 666.0
"""As `mean radius`: no biopsy has it."""
ENDLESS, LOCKED = 667.0, 668.0
"""Hangs, and lets other threads run or not."""
HUNG_S = 3
watchdog.HUNG_S = HUNG_S  # type: ignore[misc]  # a test cannot wait for half a minute


class LethalModel(ServedModel):
    """Answers as the model does, unless a row holds the lethal value."""

    @classmethod
    def load(cls, *arguments, **options) -> "ServedModel":
        served = ServedModel.load(*arguments, **options)
        predict = served.predict

        def predict_or_die(table: Table) -> Answers:
            if LETHAL in table.columns[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            while ENDLESS in table.columns[0]:
                time.sleep(1)
            if LOCKED in table.columns[0]:
                ctypes.PyDLL(None).sleep(1000)  # keeps the interpreter's lock
            return predict(table)

        served.predict = predict_or_die
        return served


cache.ServedModel = LethalModel  # type: ignore[attr-defined]  # the name under which the cache knows it
