"""How a file of outcomes is, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webapp.jobs.words import TEMPLATES as FILE_TEMPLATES
from webapp.predictions.numbers import number_words
from webapp.records.data_plane_words import TEMPLATES
from webapp.records.models import FileStage, TruthFile
from webapp.sentences import say
from worker.contract.truth_files import TruthFileOutcome
from worker.contract.words import Words

KNOWN = TEMPLATES | FILE_TEMPLATES


def file_words(file: TruthFile) -> tuple[str, str]:
    """Return the sign and the sentence of a file."""
    match FileStage(file.stage):
        case FileStage.READING:
            return "busy", _("The file is being read.")
        case FileStage.WAITING:
            return "warning", _("Look at what was understood, and say which columns count.")
        case FileStage.TAKING:
            return "busy", _("The outcomes are being taken.")
        case FileStage.FAILED:
            return "bad", _("Nothing of the file was taken.")
        case FileStage.TAKEN:
            return _taken_words(file.outcome)


def _taken_words(outcome: TruthFileOutcome | None) -> tuple[str, str]:
    assert outcome is not None, "What was taken was told"
    words = ngettext(
        "%(taken)s of %(count)s outcome is kept.", "%(taken)s of %(count)s outcomes are kept.", outcome.rows
    )
    facts = {"taken": number_words(outcome.taken), "count": number_words(outcome.rows)}
    is_unknown = bool(outcome.unknown) and not outcome.are_own
    return "warning" if outcome.refused or is_unknown else "good", words % facts


def tally(outcome: TruthFileOutcome) -> list[tuple[str, str]]:
    """Return what became of the outcomes, each kind with its number: as far as the sender may know of rows."""
    if outcome.are_own:
        return [
            (_("Joined with rows of the sender's own"), number_words(outcome.joined)),
            (_("Rows among these whose outcome is known by them"), number_words(outcome.matched)),
            (_("Of rows of others, or of none so far"), number_words(outcome.unknown)),
            (_("Malformed, and not kept"), number_words(outcome.refused)),
        ]
    return [
        (_("Joined with rows that were answered"), number_words(outcome.joined)),
        (_("Rows whose outcome is known by them"), number_words(outcome.matched)),
        (_("Of rows that nobody has asked yet"), number_words(outcome.unknown)),
        (_("Malformed, and not kept"), number_words(outcome.refused)),
    ]


def problem_lines(outcome: TruthFileOutcome) -> list[tuple[str, str]]:
    """Return the lines that were not taken, each with the reason."""
    return [(number_words(each.line), reason_words(each.message)) for each in outcome.problems]


def reason_words(words: Words | None) -> str:
    """Return why something was not taken; in English where the site does not know the sentence."""
    if words is None:
        return ""
    return say(KNOWN, words.template, words.facts) or str(words)
