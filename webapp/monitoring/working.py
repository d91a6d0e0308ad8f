"""What it took to answer in a window, and what was refused, for the page of an endpoint's health."""

from django.utils.translation import gettext as _

from webapp.monitoring.refused import refused_totals
from webapp.predictions.numbers import number_words
from worker.contract.monitoring_run import WindowReport


def operations_rows(report: WindowReport) -> list[tuple[str, str]]:
    """Return what was asked in a window, how long it took, and what was refused."""
    found, rows = report.operations, []
    if found is not None:
        rows += [(_("Requests"), number_words(found.requests)), (_("Rows"), number_words(found.rows))]
        times = {
            _("Answered within, half of them"): found.p50_ms,
            _("Answered within, 95 of 100"): found.p95_ms,
            _("Waited for a worker, half of them"): found.wait_p50_ms,
            _("Waited for a worker, 95 of 100"): found.wait_p95_ms,
        }
        rows += [(name, _ms(value)) for name, value in times.items() if value is not None]
    return [*rows, *refused_totals(report)]


def _ms(value: float) -> str:
    return _("%(number)s ms") % {"number": number_words(value, 3)}
