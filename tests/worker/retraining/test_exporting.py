"""Rows of the journal become a file to train on: with their outcomes, as the signature has them, and no others."""

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest

from examples.diamonds import load_diamonds
from tests.worker.inspection.publishing import LIMITS
from tests.worker.monitoring.diamonds import DAY_MS, DIGEST, FIRST_MS, ROWS_A_DAY, Story
from worker.contract.export import FILE, ExportFormat, ExportOutcome, ExportRequest
from worker.contract.journal import JournalRule
from worker.contract.truth import BY_FEATURE, BY_REQUEST, Truth
from worker.journal import reading, truth
from worker.journal.columns import PREDICTION
from worker.journal.reading import Window
from worker.journal.truth import Known
from worker.journal.truth_names import as_kept
from worker.journal.writing import hash_key
from worker.retraining import export_apart
from worker.retraining.choosing import Chosen
from worker.retraining.export_apart import ExportPlace, Job
from worker.retraining.export_process import exported
from worker.retraining.training_frame import TrainingFrame

REQUEST = ExportRequest(
    export_id="e" * 32, endpoint="diamonds", digest=DIGEST, format=ExportFormat.PARQUET,
    first_ms=0, end_ms=FIRST_MS + 400 * DAY_MS,
)  # fmt: skip  # one thought a line


def wanted(**changes) -> ExportRequest:
    return msgspec.structs.replace(REQUEST, **changes)


def export(story: Story, target: Path, **changes) -> ExportOutcome:
    key = story.root / "journal" / ".key"
    job = Job(request=wanted(**changes), version=str(story.version), journal=str(story.journal), key=str(key))
    return exported(job, target)


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> Story:
    """Two days, of which the outcomes of the first are known."""
    made = Story(tmp_path_factory.mktemp("story"))
    made.day(price=lambda prices: prices)
    made.day()
    return made


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "rows"


def test_a_table_has_the_features_as_the_signature_has_them_then_the_target(story, target):
    outcome = export(story, target)
    table = pl.read_parquet(target)
    own = ["prediction", "version", "request_id", "row", "answered_at"]
    assert table.columns == [*story.model.manifest.signature.names, "price", *own]
    assert (outcome.rows, outcome.known, table.height) == (1_200, 600, 1_200)
    assert table["carat"].dtype == pl.Float64
    assert table["answered_at"].dtype == pl.Datetime("ms", "UTC")


def test_what_is_exported_is_what_was_asked_and_what_came_true(story, target):
    export(story, target, with_truth=True)
    table = pl.read_parquet(target)
    real = load_diamonds()
    assert table.height == table["price"].count() == ROWS_A_DAY
    assert set(table["price"].to_list()) <= set(real["price"].astype(float))
    joined = table.select("carat", "price").unique().join(
        pl.DataFrame({"carat": real["carat"], "price": real["price"].astype(float)}).unique(), on=["carat", "price"]
    )  # fmt: skip  # one thought a line
    assert joined.height == table.select("carat", "price").unique().height


def test_a_time_is_a_time(story, target):
    outcome = export(story, target, first_ms=FIRST_MS + DAY_MS)
    assert (outcome.rows, outcome.known) == (600, 0)


def test_other_versions_stay_out(story, target):
    outcome = export(story, target, digests=("f" * 64,))
    assert str(outcome.reason) == "No row of the journal is as you want it."
    assert not target.exists()


def test_of_too_many_rows_some_are_drawn_from_all_days_and_always_the_same(story, target, tmp_path):
    outcome = export(story, target, rows_max=100)
    again = tmp_path / "again"
    export(story, again, rows_max=100)
    table = pl.read_parquet(target)
    assert (outcome.rows, outcome.matching, table.height) == (100, 1_200, 100)
    assert table.equals(pl.read_parquet(again))
    assert 20 < table["price"].count() < 80


def test_a_sample_of_rows_with_outcomes_has_outcomes(story, target):
    outcome = export(story, target, rows_max=50, with_truth=True)
    assert (outcome.rows, outcome.matching, outcome.known) == (50, 600, 50)


def test_what_was_answered_or_told_in_words_is_missing_among_numbers(story, target, tmp_path):
    frame = TrainingFrame(story.model.manifest.signature, "price", (), b"key")
    block = next(iter(reading.blocks(story.journal, Window())))
    columns = {**block.columns, PREDICTION: np.array(["dear", *block.columns[PREDICTION].tolist()[1:]], dtype=object)}
    known = [Known("cheap", 0), *[None] * (block.rows - 1)]
    table = frame.of(Chosen(replace(block, columns=columns), known))
    assert table["prediction"].null_count() == 1
    assert table["price"].null_count() == block.rows


def test_csv_holds_the_same(story, target, tmp_path):
    export(story, target, format=ExportFormat.CSV)
    table = tmp_path / "table"
    export(story, table)
    read, other = pl.read_csv(target), pl.read_parquet(table)
    assert read.drop("answered_at").equals(other.drop("answered_at"), null_equal=True)
    assert read["answered_at"][0] == "2026-11-01T00:00:00.000Z"


def test_a_capture_line_is_as_sagemaker_writes_it(story, target):
    export(story, target, format=ExportFormat.CAPTURE, rows_max=3)
    line = json.loads(target.read_text().splitlines()[0])
    given, said = line["captureData"]["endpointInput"], line["captureData"]["endpointOutput"]
    assert (given["mode"], said["mode"], given["encoding"]) == ("INPUT", "OUTPUT", "CSV")
    assert given["observedContentType"] == "text/csv"
    assert len(given["data"].split(",")) == len(story.model.manifest.signature.names)
    assert float(said["data"]) > 0
    assert line["eventMetadata"]["eventId"] == line["eventMetadata"]["inferenceId"]
    assert line["eventMetadata"]["inferenceTime"].startswith("2026-11-0")
    assert line["eventVersion"] == "0"


def test_ground_truth_lines_are_of_rows_whose_outcome_is_known(story, target):
    outcome = export(story, target, format=ExportFormat.GROUND_TRUTH)
    lines = [json.loads(line) for line in target.read_text().splitlines()]
    assert (outcome.rows, len(lines)) == (600, 600)
    assert set(lines[0]) == {"groundTruthData", "eventMetadata", "eventVersion"}
    assert float(lines[0]["groundTruthData"]["data"]) > 0
    assert lines[0]["eventMetadata"]["eventId"] == "d0-0"


def test_hashes_leave_as_hashes_and_are_named(tmp_path, target):
    story = Story(tmp_path / "hashed", JournalRule(hashed=("cut",)))
    story.day()
    outcome = export(story, target, hashed=("cut",))
    table = pl.read_parquet(target)
    assert outcome.hashed == ("cut",)
    assert table["cut"].str.contains("^[0-9a-f]{16}$").all()
    assert table["cut"].n_unique() == 5


def test_rows_from_before_somebody_wished_hashes_leave_as_the_same_hashes(tmp_path, target):
    story = Story(tmp_path / "changing")
    story.day()
    story.rule = JournalRule(hashed=("cut", "carat"))
    story.day()
    export(story, target, hashed=("cut", "carat"))
    table = pl.read_parquet(target)
    assert table["cut"].n_unique() == 5
    assert table["carat"].str.contains("^[0-9a-f]{16}$").all()


def test_an_outcome_by_a_hash_is_of_rows_from_before_that_was_wished_too(tmp_path, target):
    story = Story(tmp_path / "later")
    story.day()
    story.rule = JournalRule(hashed=("cut",))
    story.day()
    key = hash_key(story.journal.parent)
    told = as_kept([Truth(BY_FEATURE, "Fair", 500.0, 0, "cut")], story.model.manifest.signature, ("cut",), key)
    truth.append(story.journal, told, FIRST_MS)
    export(story, target, with_truth=True, hashed=("cut",))
    days = pl.read_parquet(target)["answered_at"].dt.date().n_unique()
    assert days == 2


def test_hashes_of_numbers_are_no_numbers_once_values_are_kept(tmp_path, target):
    story = Story(tmp_path / "opened", JournalRule(hashed=("carat",)))
    story.day()
    story.rule = JournalRule()
    story.day()
    export(story, target)
    assert pl.read_parquet(target)["carat"].null_count() == 600


def test_a_journal_without_inputs_says_so(tmp_path, target):
    story = Story(tmp_path / "answers", JournalRule(inputs=False))
    story.day(price=lambda prices: prices)
    outcome = export(story, target)
    assert str(outcome.reason) == ("The journal keeps only the answers of these 600 rows, and not what was asked.")
    assert export(story, target, format=ExportFormat.GROUND_TRUTH).rows == 600


def test_rows_without_inputs_are_left_out_and_counted(tmp_path, target):
    story = Story(tmp_path / "later", JournalRule(inputs=False))
    story.day()
    story.rule = JournalRule()
    story.day()
    outcome = export(story, target)
    assert (outcome.rows, outcome.without_inputs) == (600, 600)


@pytest.fixture
def place(story, tmp_path) -> ExportPlace:
    spool = tmp_path / "spool"
    (spool / "exports" / REQUEST.export_id).mkdir(parents=True)
    (spool / "journal").symlink_to(story.root / "journal")
    return ExportPlace(models_dir=story.root / "models", spool_dir=spool, limits=LIMITS)


def test_a_process_of_its_own_leaves_the_file_where_it_is_waited_for(place):
    outcome = place.export(REQUEST)
    file = place.spool_dir / "exports" / REQUEST.export_id / FILE
    assert outcome.reason is None, (outcome.reason, outcome.detail)
    assert outcome.size_bytes == file.stat().st_size
    assert pl.read_parquet(file).height == 1_200
    assert list((place.spool_dir / "working").iterdir()) == []


def test_what_takes_too_long_is_stopped_and_leaves_nothing(place):
    hasty = msgspec.structs.replace(place, limits=msgspec.structs.replace(LIMITS, timeout_s=0.0))
    assert "was not done after 0 s" in str(hasty.export(REQUEST).reason)
    assert list((place.spool_dir / "exports" / REQUEST.export_id).iterdir()) == []


def test_a_version_that_is_not_in_the_store_is_said(place):
    assert "does not hold" in str(place.export(wanted(digest="c" * 64)).reason)
    assert "does not hold" in str(place.export(wanted(digest="../" + DIGEST)).reason)


def test_an_endpoint_without_a_journal_has_no_rows(place):
    assert "No row of the journal" in str(place.export(wanted(endpoint="other")).reason)


@pytest.mark.parametrize("change", [{"export_id": "../../etc"}, {"endpoint": "../journal"}])
def test_what_leads_elsewhere_is_refused(place, change):
    with pytest.raises(ValueError, match="32 hexadecimal digits"):
        place.export(wanted(**change))


def test_outcomes_that_this_version_does_not_have_are_missing(story):
    truth.append(story.journal, [Truth(BY_REQUEST, "nobody", 1.0)], FIRST_MS)
    assert export_apart.EXPORT.is_sound(ExportOutcome(export_id="", rows=1))
    assert not export_apart.EXPORT.is_sound(ExportOutcome(export_id=""))
