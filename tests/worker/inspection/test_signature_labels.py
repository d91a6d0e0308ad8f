"""The labels of a signature are plain words, numbers or truth values, whatever numpy kept them as; no formulas."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from tests.worker.inspection.publishing import inbox
from worker.contract.inspection import Publication
from worker.inspection.examination import examine
from worker.inspection.labels import check_labels
from worker.inspection.refusal import Refused


def test_words_that_numpy_keeps_as_its_own_scalars_become_plain_words(tmp_path):
    data = pd.DataFrame({"long": [1.0, 2.0, 3.0, 4.0]})
    kinds = np.array([np.str_("oak"), np.str_("oak"), np.str_("ash"), np.str_("ash")], dtype=object)
    model = LogisticRegression().fit(data, kinds)
    manifest, _ = examine(inbox(tmp_path, model, data.assign(kind=kinds)), Publication(target="kind"))
    assert manifest.signature.output.labels is not None
    assert [type(label) for label in manifest.signature.output.labels] == [str, str]


def test_a_class_that_a_spreadsheet_would_compute_is_refused(tmp_path):
    data = pd.DataFrame({"long": [1.0, 2.0, 3.0, 4.0]})
    kinds = ["oak", "oak", '=HYPERLINK("http://evil","ash")', '=HYPERLINK("http://evil","ash")']
    model = LogisticRegression().fit(data, kinds)
    with pytest.raises(Refused, match="which a spreadsheet would compute as a formula"):
        examine(inbox(tmp_path, model, data.assign(kind=kinds)), Publication(target="kind"))


@pytest.mark.parametrize("label", ["=1+1", "+SUM(1)", "-2+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "\r=1"])
def test_formulas_are_known(label):
    with pytest.raises(Refused, match="A class of the model is"):
        check_labels(["harmless", label])


def test_what_only_begins_like_a_formula_is_a_class():
    check_labels(["-1", "+ve", "-ve", "@home", "-20 to -10", "+", "1=1", -1, True])
