"""The rival of the online bench: a bare FastAPI application that runs the model itself, as tutorials do."""

import os

import numpy as np
import skops.io
from fastapi import FastAPI
from pydantic import BaseModel

_PATH = os.environ["BENCH_MODEL"]
model = skops.io.load(_PATH, trusted=skops.io.get_untrusted_types(file=_PATH))
app = FastAPI()


class Body(BaseModel):
    """Rows as objects, features in the model's order."""

    rows: list[dict[str, float]]


@app.post("/predict")
async def predict(body: Body) -> dict[str, list[dict[str, object]]]:
    """Answer one prediction a row."""
    X = np.array([list(row.values()) for row in body.rows])
    return {"predictions": [{"prediction": label} for label in model.predict(X).tolist()]}
