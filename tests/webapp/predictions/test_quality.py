"""How good a version is, on the page of its report."""

from tests.playground import PRICE, manifest
from webapp.predictions.quality import calibration_of, confusion_rows, quality_rows, residuals_of
from worker.contract.manifest import Quality
from worker.contract.report import CalibrationBin, Confusion, Report


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def spans(rows):
    return [[(box.x, box.width) for box in row.strip.boxes if box.kind == "span"] for row in rows]


def test_a_figure_has_its_interval_in_words_and_as_a_bar():
    (row,) = quality_rows([Quality(name="accuracy", value=0.9, low=0.8, high=0.95)])
    assert (plain(row.words), plain(row.interval)) == ("90.0 %", "80.0 % to 95.0 %")
    assert spans([row]) == [[(80.0, 15.0)]]


def test_an_interval_has_its_unit_once():
    (row,) = quality_rows([Quality(name="mae", value=264.0, unit="USD", low=257.2, high=270.8)])
    assert plain(row.interval) == "257 to 271 USD"


def test_a_figure_without_an_interval_has_neither():
    (row,) = quality_rows([Quality(name="auc", value=1.0)])
    assert (row.interval, spans([row])) == ("", [[]])


def test_errors_of_one_unit_are_drawn_to_one_scale():
    rows = quality_rows(
        [
            Quality(name="mae", value=50.0, unit="USD", low=40.0, high=60.0),
            Quality(name="rmse", value=80.0, unit="USD", low=70.0, high=100.0),
            Quality(name="r2", value=0.5, low=0.4, high=0.6),
        ]
    )
    assert spans(rows) == [[(40, 20)], [(70, 30)], [(40, 20)]]


def test_a_bin_of_calibration_is_told_in_full():
    bins = (CalibrationBin(foretold=0.7, observed=0.5, low=0.25, high=0.75, rows=40),)
    found = calibration_of(Report(calibration=bins).calibration)
    assert found
    assert [plain(words) for words in found.rows[0]] == ["70.0 %", "50.0 %", "25.0 % to 75.0 %", "40"]
    assert "by 20.0 % on average" in plain(found.plot.alternative)


def test_what_is_not_known_has_no_plot():
    assert calibration_of(Report().calibration) is None
    assert residuals_of(manifest(PRICE), Report()) is None
    assert confusion_rows(None) == ()


def test_residuals_say_by_how_much_answers_are_off():
    found = residuals_of(manifest(PRICE), Report(residuals=((10.0, 12.0), (20.0, 19.0), (5.0, 5.0))))
    assert found
    assert "half of the answers are off by at most 1 USD" in plain(found.plot.alternative)
    assert found.rows[0] == ("10", "12")


def test_classes_are_darker_the_more_often_they_are_taken():
    rows = confusion_rows(Confusion(labels=("a", "b"), counts=((100, 0), (1, 99))))
    assert [[cell.shade for cell in row.cells] for row in rows] == [[5, 0], [1, 5]]
    assert [cell.is_right for cell in rows[1].cells] == [False, True]
    assert plain(rows[1].recognised) == "99.0 %"


def test_a_class_that_no_row_has_is_not_called_recognised():
    rows = confusion_rows(Confusion(labels=("a", "b"), counts=((0, 0), (1, 9))))
    assert rows[0].recognised == ""


def test_counts_that_do_not_match_the_labels_do_no_harm():
    rows = confusion_rows(Confusion(labels=("a", "b", "c"), counts=((1,), (2,))))
    assert [row.label for row in rows] == ["a", "b"]
