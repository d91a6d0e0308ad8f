"""Tells the species of a penguin of the Palmer islands from its measurements: `python -m examples.penguins OUT_DIR`."""

import sys
from pathlib import Path

from palmerpenguins import load_penguins
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from examples import bundle

WORDS = {"island": ["Biscoe", "Dream", "Torgersen"], "sex": ["female", "male"]}
NUMBERS = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "year"]
CARD = {
    "name": "penguins",
    "title": "Penguins",
    "description": "The species of a penguin of the Palmer Archipelago (Adelie, Chinstrap or Gentoo), from its island, "
    "bill, flipper, body mass and sex. Measurements that were not taken may be left empty.",
    "publication": {
        "target": "species",
        "output_name": "species",
        "units": {"bill_length_mm": "mm", "bill_depth_mm": "mm", "flipper_length_mm": "mm", "body_mass_g": "g"},
    },
}


def pipeline() -> Pipeline:
    """Return an untrained model: a number that is missing counts as the median, a word that is missing as none."""
    words = OneHotEncoder(categories=list(WORDS.values()), handle_unknown="ignore")
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    columns = make_column_transformer((words, list(WORDS)), (numbers, NUMBERS))
    return make_pipeline(columns, LogisticRegression(max_iter=1000))


def main(directory: Path) -> None:
    """Train on two thirds of the penguins, measure on the rest, write both."""
    penguins = load_penguins()
    training, held_out = train_test_split(penguins, test_size=1 / 3, stratify=penguins["species"], random_state=0)
    model = pipeline().fit(training.drop(columns="species"), training["species"])
    accuracy = accuracy_score(held_out["species"], model.predict(held_out.drop(columns="species")))
    bundle.write(directory, model, held_out, CARD)
    print(f"The species is right for {accuracy:.1%} of {len(held_out)} penguins that the model has never seen.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
