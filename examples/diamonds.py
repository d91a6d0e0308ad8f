"""Estimates the price of a cut diamond: `python -m examples.diamonds OUT_DIR`."""

import sys
import tarfile
from importlib.metadata import distribution
from pathlib import Path

import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from examples import bundle

WORST_TO_BEST = {
    "cut": ["Fair", "Good", "Very Good", "Premium", "Ideal"],
    "color": ["J", "I", "H", "G", "F", "E", "D"],
    "clarity": ["I1", "SI2", "SI1", "VS2", "VS1", "VVS2", "VVS1", "IF"],
}
CARD = {
    "name": "diamonds",
    "title": "Diamonds",
    "description": "The price in US dollars of a round cut diamond, from its weight, cut, colour, clarity and "
    "proportions. Learned from the prices of about 36,000 diamonds.",
    "publication": {
        "target": "price",
        "output_name": "price",
        "output_unit": "US dollars",
        "units": {"carat": "carat", "depth": "%", "table": "%", "x": "mm", "y": "mm", "z": "mm"},
    },
}


def load_diamonds() -> pd.DataFrame:
    """Return the 53,940 diamonds, read where they lie: importing pydataset would unpack it into the home directory."""
    archive = Path(str(distribution("pydataset").locate_file("pydataset/resources.tar.gz")))
    with tarfile.open(archive) as resources:
        member = resources.extractfile("resources/rdata/csv/ggplot2/diamonds.csv")
        if member is None:
            raise FileNotFoundError(archive / "diamonds.csv")
        return pd.read_csv(member, index_col=0)


def pipeline() -> Pipeline:
    """Return an untrained model: grades in their order; errors that count relative to the price."""
    grades = OrdinalEncoder(categories=list(WORST_TO_BEST.values()))
    columns = make_column_transformer((grades, list(WORST_TO_BEST)), remainder="passthrough")
    return make_pipeline(columns, HistGradientBoostingRegressor(loss="gamma", max_iter=300, random_state=0))


def main(directory: Path) -> None:
    """Train on two thirds of the diamonds, measure on the rest, write both."""
    training, held_out = train_test_split(load_diamonds(), test_size=1 / 3, random_state=0)
    model = pipeline().fit(training.drop(columns="price"), training["price"])
    prices = model.predict(held_out.drop(columns="price"))
    error, explained = mean_absolute_error(held_out["price"], prices), r2_score(held_out["price"], prices)
    bundle.write(directory, model, held_out, CARD)
    print(
        f"The price is off by {error:.0f} US dollars on average (R² {explained:.3f}) for {len(held_out):,} diamonds "
        "that the model has never seen."
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
