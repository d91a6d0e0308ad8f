"""The disposable process: `python -m worker.inspection LIMITS MODULE JOB` confines itself, then runs MODULE's main.

It waits for the end of its input: by then its parent sees what memory it takes.
"""

import importlib
import sys

from worker.inspection.confinement import Limits, confine

package = sys.argv[2].partition(".")[0]
importlib.import_module(package)
sys.stdin.buffer.read()
confine(Limits.from_argument(sys.argv[1]), "worker", package)
importlib.import_module(sys.argv[2]).main(sys.argv[3])
