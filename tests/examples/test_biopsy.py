"""The biopsies: a forest of a hundred trees that answers in words."""

from worker.models.artifacts import open_artifact


def test_the_diagnosis_is_a_word(bundle):
    model = open_artifact(bundle("biopsy") / "model.skops")
    assert model.classes_.tolist() == ["benign", "malignant"]
    assert len(model.estimators_) == 100
    assert len(model.feature_names_in_) == 30
