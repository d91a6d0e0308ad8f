"""The day on which something began is that of the run that the alarm is about, gaps and small windows passed over."""

import pytest

from worker.contract.monitoring import Found, Subject
from worker.contract.since import begun, since

CARAT, CUT = Subject(kind="drift", name="carat"), Subject(kind="missing", name="cut")
CHANGED = Found(rows=500, changed=(CARAT,))
OTHER = Found(rows=500, changed=(CUT,))
QUIET = Found(rows=500)
FEW = Found(rows=50)


@pytest.mark.parametrize(
    ("windows", "place"),
    [
        ([CHANGED], 0),
        ([QUIET, CHANGED, CHANGED], 1),
        ([CHANGED, QUIET, CHANGED], 0),
        ([CHANGED, QUIET, CHANGED, QUIET, CHANGED], 0),
        ([CHANGED, QUIET, QUIET, CHANGED, CHANGED], 3),
        ([CHANGED, FEW, FEW, FEW, QUIET, FEW, CHANGED], 0),
        ([FEW, CHANGED, FEW, CHANGED], 1),
    ],
)
def test_a_run_begins_where_the_alarm_would_have_it(windows, place):
    assert since(windows, [CARAT]) == place


def test_of_several_subjects_that_count_which_began_first():
    both = Found(rows=500, changed=(CARAT, CUT))
    assert since([CHANGED, CHANGED, both, both], [CUT, CARAT]) == 0
    assert since([CHANGED, CHANGED, both, both], [CUT]) == 2


def test_what_another_subject_showed_does_not_prolong_a_run():
    both = Found(rows=500, changed=(CARAT, CUT))
    assert since([CHANGED, QUIET, OTHER, QUIET, both, both], [CARAT, CUT]) == 2


def test_what_never_was_so_before_begins_now():
    assert begun([False, False, True]) == 2
