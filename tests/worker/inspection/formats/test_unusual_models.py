"""Models that are not a table of a few numbers: text, words as answers, many features, single columns."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.datasets import make_classification
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from tests.worker.inspection.publishing import inbox
from worker.contract.inspection import Publication
from worker.contract.signature import FeatureType
from worker.inspection.examination import examine_material
from worker.inspection.material import material_of

WORDS = ("good", "bad", "fine", "poor", "great", "awful")
TEXTS = [f"a {WORDS[number % 6]} thing, number {number}, it's “{WORDS[number % 4]}”" for number in range(150)]
LABELS = ["yes" if number % 2 == 0 else "no" for number in range(150)]
REVIEWS = pd.DataFrame({"review": TEXTS, "verdict": LABELS})
OF_TEXT = [
    make_pipeline(TfidfVectorizer(), LogisticRegression()),
    make_pipeline(CountVectorizer(ngram_range=(1, 2)), MultinomialNB()),
    make_pipeline(TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3)), LinearSVC()),
    make_pipeline(HashingVectorizer(n_features=64), SGDClassifier(random_state=0)),
]


@pytest.mark.parametrize("model", OF_TEXT, ids=lambda model: "+".join(name for name, _ in model.steps))
def test_a_pipeline_of_text_takes_one_column(tmp_path, model):
    model.fit(TEXTS, LABELS)
    opened, manifest = examined(tmp_path, model, REVIEWS, Publication(target="verdict"))
    assert [(each.name, each.type) for each in manifest.signature.features] == [("review", FeatureType.TEXT)]
    assert opened.choice.answers.predictions.tolist() == model.predict(TEXTS).tolist()
    assert manifest.quality_rows == 150


def test_text_beside_numbers_is_a_column_by_name(tmp_path):
    rows = REVIEWS.assign(stars=np.arange(150) % 5)
    columns = make_column_transformer((TfidfVectorizer(), "review"), ("passthrough", ["stars"]))
    model = make_pipeline(columns, LogisticRegression()).fit(rows[["review", "stars"]], LABELS)
    opened, manifest = examined(tmp_path, model, rows, Publication(target="verdict"))
    assert [each.type for each in manifest.signature.features] == [FeatureType.TEXT, FeatureType.INTEGER]
    assert opened.choice.answers.predictions.tolist() == model.predict(rows[["review", "stars"]]).tolist()


def test_five_thousand_features_are_served(tmp_path):
    matrix, target = make_classification(60, 5_000, n_informative=20, random_state=0)
    names = [f"f{number}" for number in range(5_000)]
    rows = pd.DataFrame(matrix, columns=names)
    model = LogisticRegression(max_iter=50).fit(rows, target)
    opened, manifest = examined(tmp_path, model, rows, Publication())
    assert len(manifest.signature.features) == 5_000
    assert opened.choice.answers.predictions.tolist() == model.predict(rows).tolist()


def examined(directory, model, rows, publication):
    files = inbox(directory / "inbox", model, rows)
    opened, manifest, _ = examine_material(material_of(files, directory), files, publication)
    return opened, manifest
