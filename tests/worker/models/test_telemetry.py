"""Whoever serves a graph leaves nothing behind that tells its maker of this machine, and asks nobody."""

import os
import subprocess
import sys

from appliance.paths import ROOT
from tests.worker.models import trained
from worker.models.onnx import convert

SERVE = """
import sys, time
from worker.models.onnx_engine import open_session
open_session(sys.stdin.buffer.read())
time.sleep(1)  # the telemetry of onnxruntime begins beside
"""


def test_onnxruntime_keeps_no_id_of_the_machine_and_sends_no_events(tmp_path):
    made = trained.logistic()
    graph = convert(made.model, made.signature).graph
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", SERVE], input=graph, env=environment, check=True)
    assert list(tmp_path.rglob("*")) == []
