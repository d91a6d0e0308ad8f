"""What the data plane may say of a look or of outcomes, listed for translation: a test compares both."""

from typing import Final

from django.utils.translation import gettext_noop

TEMPLATES: Final = frozenset(
    {
        gettext_noop("The model store does not hold this version."),
        gettext_noop("The look was not done after {seconds:,.0f} s and was stopped."),
        gettext_noop("The look needed more memory than the {megabytes:,.0f} MB that it may take."),
        gettext_noop("The process that looked died ({signal})."),
        gettext_noop("The look ended without an answer (exit status {status})."),
        gettext_noop("The look could not be done."),
        gettext_noop("The outcomes could not be kept: {error}"),
        gettext_noop("{value} is not {expected}."),
        gettext_noop("The outcome names no row."),
        gettext_noop("{value} is no number."),
        gettext_noop("{value} has a comma, but the decimal mark of the file is a point."),
        gettext_noop("{value} has a point, but the decimal mark of the file is a comma."),
        gettext_noop("{value} is not one of {names}."),
        gettext_noop("The rows could not be looked for: {error}"),
        gettext_noop("The rows could not be gone through: {error}"),
        gettext_noop("The file could not be read: {error}"),
        gettext_noop("The row lacks its id or its outcome."),
        gettext_noop("{value} is no place of a row, which is counted from 0."),
        gettext_noop("The file has more than {most:,} rows."),
        gettext_noop("Send it in several parts."),
        gettext_noop("The file has no column {name}."),
        gettext_noop("Look at the file again, and choose among its columns."),
    }
)
