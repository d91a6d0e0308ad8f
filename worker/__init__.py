"""The data plane: loads models, parses what strangers send, predicts. No Django, no database, no secrets."""

import os
from typing import Final

TELEMETRY_OFF: Final = {"ORT_DISABLE_TELEMETRY": "1"}
"""onnxruntime writes an id of the machine into the home directory and sends events to its maker unless this is set."""

os.environ.update(TELEMETRY_OFF)  # before anything of the data plane imports it
