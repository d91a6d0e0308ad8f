"""What holds for all three scripts: they write what a publisher hands over, and nothing else anywhere."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pandas as pd
import pytest

from tests.examples.bundles import NAMES, TARGETS
from worker.contract.inspection import Publication
from worker.models.artifacts import open_artifact

PROJECT = Path(__file__).parents[2]
ROWS = {"penguins": 344, "diamonds": 53_940, "biopsy": 569}


@pytest.mark.parametrize("name", NAMES)
def test_a_script_writes_three_files(bundle, name):
    assert sorted(path.name for path in bundle(name).iterdir()) == ["model.skops", "publication.json", "reference.csv"]


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_is_the_held_out_third(bundle, name):
    held_out = pd.read_csv(bundle(name) / "reference.csv")
    assert len(held_out) == -(-ROWS[name] // 3)
    assert TARGETS[name] in held_out.columns


@pytest.mark.parametrize("name", NAMES)
def test_the_publication_is_what_the_worker_reads(bundle, name):
    card = json.loads((bundle(name) / "publication.json").read_text(encoding="utf-8"))
    assert sorted(card) == ["description", "name", "publication", "title"]
    assert card["name"] == name
    assert msgspec.convert(card["publication"], Publication, strict=True).target == TARGETS[name]


@pytest.mark.parametrize("name", NAMES)
def test_units_are_of_the_models_own_features(bundle, name):
    card = json.loads((bundle(name) / "publication.json").read_text(encoding="utf-8"))
    names = open_artifact(bundle(name) / "model.skops").feature_names_in_
    assert set(card["publication"].get("units", {})) <= set(names)


@pytest.mark.parametrize("name", NAMES)
def test_a_script_says_one_sentence_and_leaves_nothing_in_the_home_directory(tmp_path, name):
    home, out = tmp_path / "home", tmp_path / "out"
    home.mkdir()
    environment = {"HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "error", "-m", f"examples.{name}", str(out)]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1
    assert "that the model has never seen." in done.stdout
    assert list(home.iterdir()) == []
