"""A converted model that agrees but is slower does not serve."""

import numpy as np
import pandas as pd
from sklearn.neighbors import KNeighborsClassifier

from tests.worker.inspection.publishing import inbox
from tests.worker.inspection.test_engines import chosen
from worker.contract.inspection import Publication
from worker.contract.manifest import Engine


def test_neighbours_among_many_points_are_found_by_scikit_learn(tmp_path):
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(rng.normal(size=(40_000, 3)), columns=["a", "b", "c"])
    target = np.where(rows.a + rows.b > 0, "yes", "no")
    model = KNeighborsClassifier(algorithm="kd_tree").fit(rows, target)
    reference = rows.head(50).assign(target=target[:50])
    choice = chosen(inbox(tmp_path, model, reference), Publication(target="target"))
    assert choice.engine is Engine.SKLEARN
    assert choice.reason.startswith("scikit-learn: ONNX agrees but is slower")
