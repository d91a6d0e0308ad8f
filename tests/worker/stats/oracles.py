"""Other people's statistics, to compare ours with: each library in an environment of its own, made once and kept.

They are no dependencies of the product, and do not agree with its versions. Only what they load is installed, each
package pinned: what they name besides (cloud storage, gradient boosting) is a gigabyte that these figures do not need.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np

PLACE: Final = Path(os.environ.get("BASTIDE_ORACLES", "/var/tmp/bastide-oracles"))
SCRIPTS: Final = Path(__file__).parent
SHARED: Final = (
    "certifi==2026.10.19.post1",
    "charset-normalizer==3.5.3",
    "cloudpickle==3.1.3",
    "fsspec==2026.9.0",
    "idna==3.20",
    "joblib==1.6.0",
    "markdown-it-py==4.3.0",
    "mdurl==0.1.2",
    "narwhals==2.29.0",
    "numpy==2.4.6",
    "packaging==26.4",
    "pandas==2.3.3",
    "plotly==5.24.1",
    "Pygments==2.21.0",
    "python-dateutil==2.9.0.post0",
    "pytz==2026.6",
    "PyYAML==6.0.4",
    "requests==2.34.2",
    "rich==15.0.0",
    "scikit-learn==1.9.1",
    "scipy==1.17.1",
    "six==1.17.0",
    "tenacity==9.2.1",
    "threadpoolctl==3.8.0",
    "typing_extensions==4.16.0",
    "tzdata==2026.6",
    "urllib3==2.8.0",
)
PINS: Final = {
    "evidently": (
        *SHARED,
        "evidently==0.7.23",
        "annotated-types==0.8.0",
        "anyio==4.16.0",
        "click==8.5.1",
        "defusedxml==0.7.1",
        "deprecation==2.1.0",
        "litestar==2.25.0",
        "litestar-htmx==0.5.0",
        "msgspec==0.22.0",
        "multidict==7.2.1",
        "multipart==2.0.1",
        "mypy_extensions==1.2.0",
        "nltk==3.10.4",
        "opentelemetry-proto==1.45.2",
        "protobuf==7.36.2",
        "pydantic==2.14.4",
        "pydantic_core==2.50.5",
        "regex==2026.11.19",
        "sniffio==1.3.1",
        "tqdm==4.70.1",
        "typing-inspect==0.9.0",
        "typing-inspection==0.4.5",
        "ujson==6.1.0",
        "uuid6==2025.0.1",
    ),
    "mlflow": (
        "aiohappyeyeballs==2.7.1",
        "aiohttp==3.14.5",
        "aiosignal==1.4.0",
        "alembic==1.20.1",
        "annotated-doc==0.0.7",
        "annotated-types==0.8.0",
        "anyio==4.16.0",
        "attrs==26.1.0",
        "blinker==1.9.0",
        "cachetools==7.3.3",
        "certifi==2026.10.19.post1",
        "cffi==2.1.1",
        "charset-normalizer==3.5.3",
        "click==8.5.1",
        "cloudpickle==3.1.3",
        "contourpy==1.3.3",
        "cryptography==50.0.2",
        "cycler==0.12.1",
        "databricks-sdk==0.162.0",
        "docker==7.2.0",
        "fastapi==0.165.0",
        "flask-cors==6.0.5",
        "Flask==3.1.3",
        "fonttools==4.68.0",
        "frozenlist==1.8.0",
        "gitdb==4.0.12",
        "GitPython==3.2.1",
        "google-auth==2.63.0",
        "graphene==3.4.3",
        "graphql-core==3.2.14",
        "graphql-relay==3.2.0",
        "gunicorn==26.2.0",
        "h11==0.16.0",
        "huey==3.5.4",
        "idna==3.20",
        "importlib_metadata==9.1.0",
        "itsdangerous==2.2.0",
        "Jinja2==3.1.6",
        "joblib==1.6.0",
        "kiwisolver==1.5.1",
        "Mako==1.4.3",
        "MarkupSafe==3.0.4",
        "matplotlib==3.11.2",
        "mlflow-skinny==3.17.2",
        "mlflow-tracing==3.17.2",
        "mlflow==3.17.2",
        "multidict==7.2.1",
        "narwhals==2.29.0",
        "numpy==2.4.6",
        "opentelemetry-api==1.45.2",
        "opentelemetry-proto==1.45.2",
        "opentelemetry-sdk==1.45.2",
        "opentelemetry-semantic-conventions==0.66b2",
        "packaging==26.4",
        "pandas==3.1.1",
        "pillow==13.0.0",
        "prettytable==3.18.0",
        "propcache==0.5.4",
        "protobuf==7.36.2",
        "pyarrow==25.0.1",
        "pyasn1==0.6.5",
        "pyasn1_modules==0.4.2",
        "pycparser==3.12",
        "pydantic==2.14.4",
        "pydantic_core==2.50.5",
        "pyparsing==3.3.3",
        "python-dateutil==2.9.0.post0",
        "python-dotenv==1.2.4",
        "PyYAML==6.0.4",
        "requests==2.34.2",
        "scikit-learn==1.9.1",
        "scipy==1.17.1",
        "six==1.17.0",
        "skops==0.16.0",
        "smmap==5.0.3",
        "SQLAlchemy==2.1.9",
        "sqlparse==0.6.1",
        "starlette==1.10.0",
        "threadpoolctl==3.8.0",
        "typing-inspection==0.4.5",
        "typing_extensions==4.16.0",
        "urllib3==2.8.0",
        "uvicorn==0.54.0",
        "wcwidth==0.9.4",
        "Werkzeug==3.1.9",
        "yarl==1.25.1",
        "zipp==4.1.2",
    ),
    "nannyml": (
        *SHARED,
        "nannyml==0.13.1",
        "category_encoders==2.11.2",
        "cffi==2.1.1",
        "contourpy==1.3.3",
        "cryptography==50.0.2",
        "cycler==0.12.1",
        "fonttools==4.68.0",
        "formulaic==1.2.2",
        "interface_meta==2.0.1",
        "kiwisolver==1.5.1",
        "lightgbm==4.5.0",
        "matplotlib==3.11.2",
        "patsy==1.0.3",
        "pillow==13.0.0",
        "pycparser==3.12",
        "PyJWT==2.15.1",
        "pyparsing==3.3.3",
        "python-dotenv==1.2.4",
        "seaborn==0.13.2",
        "segment-analytics-python==2.4.0",
        "statsmodels==0.15.0",
        "wrapt==2.5.2",
    ),
}
ATTEMPTS: Final = 3


def ask(library: str, **columns: Any) -> dict[str, Any]:
    """Return what the script `oracle_LIBRARY.py` says of these columns, by its library."""
    with tempfile.TemporaryDirectory(prefix="oracle-") as directory:
        data = Path(directory, "data.npz")
        np.savez(data, **columns)
        done = _run([environment(library), SCRIPTS / f"oracle_{library}.py", data])
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def environment(library: str) -> Path:
    """Return the Python that has this library; make it where it is not there yet, one process at a time."""
    pins = "\n".join(PINS[library]) + "\n"
    version = next(pin.partition("==")[2] for pin in PINS[library] if pin.startswith(f"{library}=="))
    digest = hashlib.sha256(f"{pins}{sys.version_info[:2]}".encode()).hexdigest()[:12]
    directory = PLACE / f"{library}-{version}-{digest}"
    PLACE.mkdir(parents=True, exist_ok=True)
    with (PLACE / f"{directory.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (directory / "made").exists():
            shutil.rmtree(directory, ignore_errors=True)
            _make(directory, pins)
            (directory / "made").touch()
    return directory / "bin/python"


def _make(directory: Path, pins: str) -> None:
    _run([sys.executable, "-m", "venv", directory])
    listed = directory / "pins.txt"
    listed.write_text(pins)
    # NannyML says that it does not run on 3.13, which is about packages that are left out here.
    pip = [directory / "bin/python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    for attempt in range(1, ATTEMPTS + 1):
        try:
            _run([*pip, "--no-deps", "--ignore-requires-python", "--only-binary=:all:", "--no-compile", "-r", listed])
        except AssertionError:
            if attempt == ATTEMPTS:
                raise
        else:
            return


def _run(command: list[Any]) -> subprocess.CompletedProcess[str]:
    """Run a program outside of our environment; its error is that of the test."""
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    environment = {**kept, "DO_NOT_TRACK": "1", "NML_DISABLE_USAGE_LOGGING": "1", "PYTHONWARNINGS": "ignore"}
    arguments = list(map(str, command))
    done = subprocess.run(arguments, check=False, capture_output=True, text=True, env=environment, cwd="/")
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stderr[-3000:]}"
    return done
