"""Writes what a publisher hands over: the model, the rows held out of its training, and what to tell colleagues."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import skops.io
from sklearn.base import BaseEstimator


def write(directory: Path, model: BaseEstimator, held_out: pd.DataFrame, card: dict[str, Any]) -> None:
    """Write `model.skops`, `reference.csv` and `publication.json`; what was there of the same name is replaced."""
    directory.mkdir(parents=True, exist_ok=True)
    skops.io.dump(model, directory / "model.skops")
    held_out.to_csv(directory / "reference.csv", index=False)
    text = json.dumps(card, indent=2, ensure_ascii=False)
    (directory / "publication.json").write_text(text + "\n", encoding="utf-8")
