"""Whether the classes of a model may be written as they are into a file that a spreadsheet opens."""

import re
from collections.abc import Iterable
from typing import Final

from worker.contract.words import Words
from worker.inspection.refusal import Refused
from worker.models.answers import Label
from worker.tables.wording import quoted

FORMULA: Final = re.compile(r"[=\t\r\n]|[-+@].*[(|!]", re.DOTALL)
"""What a spreadsheet computes, or may run. `-1`, `+ve`, `-20 to -10` and `@home` do no harm."""

NAMES: Final = Words("Train on classes that are names: predictions are written into CSV files as they are.")


def check_labels(labels: Iterable[Label]) -> None:
    """Raise `Refused` for a class that is a formula: altering it in an answer would alter the prediction."""
    for label in labels:
        if isinstance(label, str) and FORMULA.match(label):
            words = Words(
                "A class of the model is {label}, which a spreadsheet would compute as a formula.",
                {"label": quoted(label)},
            )
            raise Refused(words, NAMES)
