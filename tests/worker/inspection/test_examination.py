"""From an inbox to a manifest, with real models."""

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.compose import make_column_transformer
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from tests.examples.bundles import NAMES
from tests.worker.inspection.publishing import inbox, inbox_of, request
from worker.contract.inspection import InspectionOutcome, Publication
from worker.contract.manifest import Engine, Manifest
from worker.contract.signature import FeatureType
from worker.inspection.examination import examine, outcome_of

FLOWERS = pd.DataFrame({"long": [1.5, 2.5, 3.5, 4.5], "wide": [1, 2, 3, 5], "kind": ["a", "a", "b", "b"]})


@pytest.fixture(scope="module")
def manifests(bundle, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Manifest]:
    made = {}
    for name in NAMES:
        directory, publication = inbox_of(bundle(name), tmp_path_factory.mktemp(name))
        made[name] = examine(directory, publication)[0]
    return made


def refused(directory: Path, publication: Publication | None = None) -> InspectionOutcome:
    outcome = outcome_of(request(publication), directory, directory)
    assert outcome.manifest is None
    assert outcome.files == ()
    return outcome


def flowers(tmp_path: Path, reference: pd.DataFrame | str = FLOWERS) -> Path:
    model = LogisticRegression().fit(FLOWERS[["long", "wide"]], FLOWERS["kind"])
    return inbox(tmp_path / "inbox", model, reference)


def test_penguins_and_biopsy_are_served_by_onnx(manifests):
    assert [manifests[name].engine for name in ("penguins", "biopsy")] == [Engine.ONNX, Engine.ONNX]


def test_the_reason_for_the_engine_names_it_and_says_what_was_seen(manifests):
    assert manifests["penguins"].engine_reason.startswith("onnxruntime: ONNX gives the same labels in all 115 rows")
    assert "with scikit-learn" in manifests["biopsy"].engine_reason
    diamonds = manifests["diamonds"]
    assert diamonds.engine_reason.startswith("onnxruntime: " if diamonds.engine is Engine.ONNX else "scikit-learn: ")


def test_penguins_have_mixed_types_in_the_models_order(manifests):
    features = manifests["penguins"].signature.features
    assert [(feature.name, feature.type.value, feature.required) for feature in features] == [
        ("island", "category", True),
        ("bill_length_mm", "number", False),
        ("bill_depth_mm", "number", False),
        ("flipper_length_mm", "number", False),
        ("body_mass_g", "number", False),
        ("sex", "category", False),
        ("year", "integer", True),
    ]
    assert features[0].categories == ("Biscoe", "Dream", "Torgersen")
    assert features[1].unit == "mm"


def test_features_of_which_no_value_is_missing_are_required(manifests):
    assert all(feature.required for name in ("diamonds", "biopsy") for feature in manifests[name].signature.features)


def test_the_output_has_the_models_labels_or_the_publishers_unit(manifests):
    assert manifests["penguins"].signature.output.labels == ("Adelie", "Chinstrap", "Gentoo")
    assert manifests["penguins"].signature.output.probabilities
    assert manifests["diamonds"].signature.output.unit == "US dollars"
    assert manifests["diamonds"].signature.output.name == "price"


def test_quality_is_measured_on_the_held_out_rows(manifests):
    figures = {figure.name: figure.value for figure in manifests["penguins"].quality}
    assert figures["accuracy"] > 0.97
    assert {"accuracy", "balanced_accuracy", "macro_f1", "auc", "log_loss", "brier"} < set(figures)
    assert {figure.name: figure.unit for figure in manifests["diamonds"].quality} == {
        "r2": "",
        "mae": "US dollars",
        "rmse": "US dollars",
    }
    assert manifests["diamonds"].quality_rows == manifests["diamonds"].reference_rows == 17_980


def test_the_manifest_says_what_made_the_artifact(manifests):
    manifest = manifests["penguins"]
    assert manifest.estimator == "ColumnTransformer → LogisticRegression"
    assert set(manifest.made_with) == {"skops", "scikit-learn"}
    assert manifest.artifact_size_bytes > 10_000
    assert manifest.load_ms > 0


def test_the_example_is_a_row_of_the_reference_data(bundle, manifests):
    rows = pd.read_csv(bundle("diamonds") / "reference.csv")
    example = manifests["diamonds"].example
    assert tuple(example) == manifests["diamonds"].signature.names
    assert (rows[list(example)] == pd.Series(example)).all(axis=1).any()


def test_a_model_without_names_takes_the_columns_in_order(tmp_path):
    model = LinearRegression().fit(FLOWERS[["long", "wide"]].to_numpy(), FLOWERS["long"])
    manifest, graph = examine(inbox(tmp_path, model, FLOWERS[["long", "wide"]]), Publication())
    assert manifest.signature.names == ("long", "wide")
    assert manifest.signature.features[1].type is FeatureType.INTEGER
    assert manifest.quality == ()
    assert graph is not None


def test_whole_numbers_as_classes_stay_whole_numbers(tmp_path):
    model = LogisticRegression().fit(FLOWERS[["long", "wide"]], [0, 0, 1, 1])
    directory = inbox(tmp_path, model, FLOWERS.assign(kind=[0.0, 0.0, 1.0, np.nan]))
    manifest, _ = examine(directory, Publication(target="kind"))
    assert manifest.signature.output.labels == (0, 1)
    assert manifest.quality_rows == 3


def test_a_column_that_the_publisher_calls_text_has_no_categories(tmp_path):
    encoder = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["kind"]))
    model = make_pipeline(encoder, LogisticRegression()).fit(FLOWERS[["kind"]], [0, 0, 1, 1])
    manifest, _ = examine(inbox(tmp_path, model, FLOWERS), Publication(text=("kind",)))
    assert manifest.signature.features[0].type is FeatureType.TEXT
    assert manifest.signature.features[0].categories is None


def test_a_pickle_is_refused_and_never_opened(tmp_path):
    directory = flowers(tmp_path)
    (directory / "artifact").write_bytes(pickle.dumps(FLOWERS))
    assert refused(directory).reason.startswith("The file is not a skops file")


def test_a_foreign_class_is_refused_by_name(tmp_path):
    model = make_column_transformer((OneHotEncoder(), ["kind"]))
    model.extra = Path("/")
    outcome = refused(inbox(tmp_path, make_pipeline(model, LogisticRegression()).fit(FLOWERS, [0, 0, 1, 1]), FLOWERS))
    assert "pathlib" in outcome.reason


def test_a_missing_column_is_named_with_the_nearest_one(tmp_path):
    outcome = refused(flowers(tmp_path, FLOWERS.rename(columns={"long": "Long"})))
    assert outcome.reason == "The reference data lacks the model's column 'long'."
    assert outcome.hint == "The nearest column there is 'Long'."


def test_a_missing_target_is_refused(tmp_path):
    outcome = refused(flowers(tmp_path), Publication(target="species"))
    assert outcome.reason == "The reference data lacks the target column 'species'."


def test_a_target_that_is_an_input_is_refused(tmp_path):
    assert "is one of the model's own inputs" in refused(flowers(tmp_path), Publication(target="long")).reason


def test_a_target_that_the_model_never_answers_is_refused_with_its_row(tmp_path):
    outcome = refused(flowers(tmp_path, FLOWERS.replace("b", "c")), Publication(target="kind"))
    assert outcome.reason == "The target 'kind' is 'c' in row 3, which the model cannot answer."
    assert "'a', 'b'" in outcome.hint


def test_a_row_that_the_model_cannot_answer_is_named(tmp_path):
    encoder = make_column_transformer((OrdinalEncoder(), ["kind"]))
    model = make_pipeline(encoder, LinearRegression()).fit(FLOWERS[["kind"]], [1, 2, 3, 4])
    outcome = refused(inbox(tmp_path, model, "kind\na\nb\nz\na\n"))
    assert outcome.reason.startswith("The model cannot answer row 3 of the reference data: ValueError:")


def test_missing_values_that_the_model_does_not_take_are_refused_with_their_row(tmp_path):
    outcome = refused(flowers(tmp_path, "long,wide\n1.5,2\n,3\n"))
    assert outcome.reason.startswith("The model cannot answer row 2 of the reference data: ValueError:")


def test_a_model_that_answers_infinity_is_refused(tmp_path):
    model = LinearRegression().fit(FLOWERS[["long"]], FLOWERS["wide"])
    model.coef_ = np.array([1e308])
    outcome = refused(inbox(tmp_path, model, "long\n1\n1000\n"))
    assert outcome.reason == "The model answers row 2 of the reference data with what is not a finite number."


def test_words_about_a_feature_that_is_none_are_refused(tmp_path):
    assert "'width'" in refused(flowers(tmp_path), Publication(units={"width": "mm"})).reason


def test_what_does_not_predict_classes_or_numbers_is_refused(tmp_path):
    model = KMeans(2, n_init=1).fit(FLOWERS[["long", "wide"]])
    assert refused(inbox(tmp_path, model, FLOWERS)).reason == "KMeans is neither a classifier nor a regressor."


def test_a_model_that_was_never_trained_is_refused(tmp_path):
    assert "never trained" in refused(inbox(tmp_path, LogisticRegression(), FLOWERS)).reason


def test_a_model_without_names_refuses_another_number_of_columns(tmp_path):
    model = LinearRegression().fit(FLOWERS[["long", "wide"]].to_numpy(), FLOWERS["long"])
    outcome = refused(inbox(tmp_path, model, FLOWERS))
    assert outcome.reason == "The model takes 2 inputs without names, but the reference data has 3 columns."


def test_a_model_of_several_targets_is_refused(tmp_path):
    model = DummyClassifier().fit(FLOWERS[["long"]], [[0, 1], [1, 0], [1, 1], [0, 0]])
    outcome = refused(inbox(tmp_path, model, FLOWERS))
    assert outcome.reason == "DummyClassifier does not answer with one class of a known list."


def test_a_regressor_of_several_targets_is_refused(tmp_path):
    model = LinearRegression().fit(FLOWERS[["long"]], FLOWERS[["long", "wide"]])
    assert refused(inbox(tmp_path, model, FLOWERS)).reason == "The model gives 2 answers to each row."


def test_an_unknown_outcome_of_every_row_leaves_quality_unmeasured(tmp_path):
    manifest, _ = examine(flowers(tmp_path, "long,wide,kind\n1.5,2,\n"), Publication(target="kind"))
    assert (manifest.quality, manifest.quality_rows) == ((), 0)


def test_the_graph_that_serves_is_left_in_the_working_directory(tmp_path):
    outcome = outcome_of(request(), flowers(tmp_path), tmp_path)
    assert outcome.files[0] == "model.onnx"
    assert (tmp_path / "model.onnx").stat().st_size > 100


def test_classes_with_decimals_are_refused(tmp_path):
    model = DummyClassifier().fit(FLOWERS[["long"]], [0.5, 1.5, 1.5, 0.5])
    assert "classes are words, whole numbers" in refused(inbox(tmp_path, model, FLOWERS)).reason
