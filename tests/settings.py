"""The product's settings for tests: a data directory of their own, one thread for numbers, quick password hashes."""

import os
from pathlib import Path

for name in [name for name in os.environ if name.startswith("BASTIDE_")]:
    del os.environ[name]
# One place for all runs: the secret key and each run's database lie there; stores are in `tmp_path`.
os.environ["BASTIDE_DATA_DIR"] = str(Path(__file__).parent.parent / "build" / "test-data")
# As in the data plane's processes: threads that wait for each other crawl where as many others want the processors.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"), "1")

from webapp.settings import *  # noqa: E402, F403  # the environment must be set before the product reads it

# Not this machine's, so that a page tells the same time everywhere; not UTC, so that what forgets local time is seen.
TIME_ZONE = "Europe/Paris"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
Path(STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # noqa: F405  # whitenoise warns of a missing directory
# A file as in the product: Django never closes connections to a database in memory, and Python 3.13 tells of each.
DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / f"tests-{os.getpid()}.sqlite3"}  # noqa: F405  # as above
