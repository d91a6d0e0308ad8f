"""Run by the Python that has Evidently: its statistics of two columns, of numbers and of categories."""

import json
import sys

import numpy as np
import pandas as pd
from evidently.legacy.calculations.stattests.jensenshannon import _jensenshannon
from evidently.legacy.calculations.stattests.ks_stattest import _ks_stat_test
from evidently.legacy.calculations.stattests.psi import _psi
from evidently.legacy.calculations.stattests.utils import get_binned_data
from evidently.legacy.calculations.stattests.wasserstein_distance_norm import _wasserstein_distance_norm
from evidently.legacy.core import ColumnType

data = np.load(sys.argv[1])
said: dict[str, object] = {}
for kind, column_type in (("numbers", ColumnType.Numerical), ("categories", ColumnType.Categorical)):
    reference, current = (pd.Series(data[f"{side}_{kind}"]) for side in ("reference", "current"))
    said[kind] = {
        "psi": float(_psi(reference, current, column_type, 0.1)[0]),
        "jensen_shannon": float(_jensenshannon(reference, current, column_type, 0.1)[0]),
    }
reference, current = (pd.Series(data[f"{side}_numbers"]) for side in ("reference", "current"))
said["shares"] = [part.tolist() for part in get_binned_data(reference, current, ColumnType.Numerical, 30, False)]
said["ks_p"] = float(_ks_stat_test(reference, current, ColumnType.Numerical, 0.05)[0])
said["wasserstein"] = float(_wasserstein_distance_norm(reference, current, ColumnType.Numerical, 0.1)[0])
print(json.dumps(said))
