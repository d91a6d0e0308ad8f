"""The product's settings for tests: a data directory of their own, gone afterwards, and quick password hashes."""

import atexit
import os
import shutil
import tempfile

_DATA_DIR = tempfile.mkdtemp(prefix="bastide-tests-")
atexit.register(shutil.rmtree, _DATA_DIR, ignore_errors=True)
for name in [name for name in os.environ if name.startswith("BASTIDE_")]:
    del os.environ[name]
os.environ["BASTIDE_DATA_DIR"] = _DATA_DIR

from webapp.settings import *  # noqa: E402, F403  # the environment must be set before the product reads it

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
