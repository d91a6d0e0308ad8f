"""Run by the Python that has NannyML: the performance that its CBPE estimates for one window."""

import json
import sys
import types

import numpy as np
import pandas as pd

# Imported at once and needed for the errors of regressions alone, with a gigabyte of gradient boosting.
flaml = types.ModuleType("flaml")
flaml.AutoML = None  # type: ignore[attr-defined]  # the module is made here
sys.modules["flaml"] = flaml

from nannyml.performance_estimation.confidence_based import CBPE  # noqa: E402  # after the module that it asks for

METRICS = {
    "accuracy": "accuracy",
    "precision": "precision",
    "recall": "recall",
    "f1": "f1",
    "roc_auc": "auc",
}

data = np.load(sys.argv[1])


def frame(side: str) -> pd.DataFrame:
    """Return the columns of a side as NannyML takes them."""
    scores, columns = data[f"{side}_scores"], {}
    if scores.shape[1] == 2:
        columns["score"] = scores[:, 1]
        said = data[f"{side}_said"]
    else:
        columns = {f"score_{place}": scores[:, place] for place in range(scores.shape[1])}
        said = data[f"{side}_said"].astype(str)
    made = pd.DataFrame({**columns, "said": said})
    if side == "reference":
        truth = data["reference_truth"]
        made["truth"] = truth if scores.shape[1] == 2 else truth.astype(str)
    return made


reference, current = frame("reference"), frame("current")
binary = "score" in reference
labels = range(data["reference_scores"].shape[1])
scores = "score" if binary else {str(place): f"score_{place}" for place in labels}
estimator = CBPE(
    metrics=list(METRICS),
    y_pred="said",
    y_pred_proba=scores,
    y_true="truth",
    problem_type="classification_binary" if binary else "classification_multiclass",
    chunk_size=len(current),
)
estimator.fit(reference)
found = estimator.estimate(current).filter(period="analysis").to_df()
print(json.dumps({ours: float(found[(theirs, "value")].iloc[-1]) for theirs, ours in METRICS.items()}))
