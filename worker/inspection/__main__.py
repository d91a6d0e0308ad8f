"""The disposable process: `python -m worker.inspection LIMITS MODULE JOB` confines itself, then runs MODULE's main."""

import importlib
import sys

from worker.inspection.confinement import Limits, confine

confine(Limits.from_argument(sys.argv[1]))
importlib.import_module(sys.argv[2]).main(sys.argv[3])
