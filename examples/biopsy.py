"""Tells malignant from benign breast biopsies by their cell nuclei: `python -m examples.biopsy OUT_DIR`."""

import sys
from pathlib import Path

import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

from examples import bundle

CARD = {
    "name": "biopsy",
    "title": "Biopsy",
    "description": "Whether a breast biopsy is malignant or benign, from the size, shape and texture of the cell "
    "nuclei in its image. An example of the method, not a medical device.",
    "publication": {"target": "diagnosis", "output_name": "diagnosis"},
}


def load_biopsies() -> pd.DataFrame:
    """Return the 569 biopsies with their diagnosis in words."""
    data = load_breast_cancer(as_frame=True)
    biopsies: pd.DataFrame = data.data
    return biopsies.assign(diagnosis=[str(data.target_names[number]) for number in data.target])


def main(directory: Path) -> None:
    """Train on two thirds of the biopsies, measure on the rest, write both."""
    biopsies = load_biopsies()
    training, held_out = train_test_split(biopsies, test_size=1 / 3, stratify=biopsies["diagnosis"], random_state=0)
    model = RandomForestClassifier(n_estimators=100, random_state=0)
    model.fit(training.drop(columns="diagnosis"), training["diagnosis"])
    accuracy = accuracy_score(held_out["diagnosis"], model.predict(held_out.drop(columns="diagnosis")))
    bundle.write(directory, model, held_out, CARD)
    print(f"The diagnosis is right for {accuracy:.1%} of {len(held_out)} biopsies that the model has never seen.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
