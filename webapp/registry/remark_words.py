"""What an inspection may remark on an accepted version, listed for translation: a test compares it with what it does.

To be said by `webapp.sentences.say(TEMPLATES, words.template, words.facts)`.
"""

from typing import Final

from django.utils.translation import gettext_noop

TEMPLATES: Final = frozenset(
    {
        gettext_noop("The reference data has {rows:,} rows; with fewer than {least:,} every figure is uncertain."),
        gettext_noop(
            "The model knows {count:,} values of “{feature}” that the reference data does not hold, such as "
            "“{category}”; rows with them will be refused."
        ),
        gettext_noop("There was no time to find out how much {count:,} of the features matter."),
        gettext_noop("The model gives the same answer to all reference rows."),
        gettext_noop("No target was named, so nothing is known of how good the answers are."),
        gettext_noop("The target is empty in all reference rows, so nothing is known of how good the answers are."),
        gettext_noop("With {rows:,} known outcomes, some figures have no interval."),
        gettext_noop(
            "All {rows:,} answers are right, which is rare: make sure that the model was not trained on these "
            "rows and that no column gives the target away."
        ),
        gettext_noop("“{feature}” has the same value in all reference rows."),
        gettext_noop("{count:,} columns have the same value in all reference rows, “{feature}” among them."),
        gettext_noop("“{feature}” changes no answer: the model ignores it."),
        gettext_noop("{count:,} features change no answer, “{feature}” among them."),
        gettext_noop("No reference row is “{label}”: how well it is recognised is not known."),
        gettext_noop("No reference row is of {count:,} of the classes, “{label}” among them."),
    }
)
