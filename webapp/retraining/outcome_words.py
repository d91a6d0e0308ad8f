"""What the data plane may say of an export or a replay, listed for translation: a test compares both."""

from typing import Final

from django.utils.translation import gettext_noop

from webapp.sentences import say
from worker.contract.words import Words

TEMPLATES: Final = frozenset(
    {
        gettext_noop("No row of the journal is as you want it."),
        gettext_noop("The journal keeps only the answers of these {rows:,} rows, and not what was asked."),
        gettext_noop("The export was not done after {seconds:,.0f} s and was stopped. Choose fewer rows or days."),
        gettext_noop("The export needed more memory than the {megabytes:,.0f} MB that it may take. Choose fewer rows."),
        gettext_noop("The process that wrote the export died ({signal})."),
        gettext_noop("The export ended without an answer (exit status {status})."),
        gettext_noop("The disk of the box was full during the export."),
        gettext_noop("The export could not be done."),
        gettext_noop("The model store does not hold this version."),
        gettext_noop("The model store does not hold version {number}."),
        gettext_noop("One version answers with a class, the other with a number."),
        gettext_noop("The journal holds no row that version {number} was asked, with its values."),
        gettext_noop("The journal keeps only hashes of “{feature}”, so version {number} cannot be asked."),
        gettext_noop("Version {number} needs the feature “{feature}”, which callers did not send."),
        gettext_noop("Version {number} takes none of the rows that were asked."),
        gettext_noop("Version {number} does not answer what was asked."),
        gettext_noop("Version {number} cannot be opened."),
        gettext_noop("The replay was not done after {seconds:,.0f} s and was stopped."),
        gettext_noop("The replay needed more memory than the {megabytes:,.0f} MB that it may take."),
        gettext_noop("The process that asked the version died ({signal})."),
        gettext_noop("The replay ended without an answer (exit status {status})."),
        gettext_noop("The replay could not be done."),
    }
)


def reason_words(reason: Words) -> str:
    """Return why it came to nothing, in English where only that is known."""
    return say(TEMPLATES, reason.template, reason.facts) or reason.template
