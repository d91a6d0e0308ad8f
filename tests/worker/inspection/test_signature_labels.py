"""The labels of a signature are plain words, numbers or truth values, whatever numpy kept them as."""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from tests.worker.inspection.publishing import inbox
from worker.contract.inspection import Publication
from worker.inspection.examination import examine


def test_words_that_numpy_keeps_as_its_own_scalars_become_plain_words(tmp_path):
    data = pd.DataFrame({"long": [1.0, 2.0, 3.0, 4.0]})
    kinds = np.array([np.str_("oak"), np.str_("oak"), np.str_("ash"), np.str_("ash")], dtype=object)
    model = LogisticRegression().fit(data, kinds)
    manifest, _ = examine(inbox(tmp_path, model, data.assign(kind=kinds)), Publication(target="kind"))
    assert manifest.signature.output.labels is not None
    assert [type(label) for label in manifest.signature.output.labels] == [str, str]
