"""The admission report in words."""

from webapp.catalogue.report import said
from worker.contract.report import Latency, Measurements, Report
from worker.contract.words import Words

MEASURED = Measurements(
    load_ms=12.5,
    resident_bytes=3 << 20,
    peak_bytes=5 << 20,
    latency=(Latency(rows=1, p50_ms=0.027, p99_ms=0.31),),
    rows_per_s=123_456.0,
    deterministic=True,
)


def test_what_was_measured_has_its_unit():
    words = {
        figure.name: figure.words.replace("\N{NO-BREAK SPACE}", " ")
        for figure in said(Report(measurements=MEASURED)).figures
    }
    assert words["Memory at most"] == "5 MiB"
    assert words["Loading takes"] == "12 ms"


def test_latency_stands_by_rows():
    (row,) = said(Report(measurements=MEASURED)).latency
    assert (row.rows, row.typical, row.slow) == ("1", "0.027\N{NO-BREAK SPACE}ms", "0.31\N{NO-BREAK SPACE}ms")


def test_what_was_not_measured_is_not_told():
    assert (said(Report()).figures, said(Report()).latency) == ((), ())


def test_a_template_that_the_site_does_not_know_is_not_filled_in():
    (remark,) = said(Report(remarks=(Words("It is {what}.", {"what": "odd"}),))).remarks
    assert (remark.words, remark.is_translated) == ("It is {what}.", False)
