"""What the data plane may say of an engine, listed for translation: a test compares it with what it does say."""

from typing import Final

from django.utils.translation import gettext_noop

TEMPLATES: Final = frozenset(
    {
        gettext_noop("One row takes {onnx} ms, with scikit-learn {sklearn} ms."),
        gettext_noop("The converted model could not answer the reference data."),
        gettext_noop("The published graph is served as it is."),
        gettext_noop(
            "ONNX gives probabilities that differ by more than {tolerance:g} in {off:,} of {rows:,} "
            "rows, at most by {difference:.2g}."
        ),
        gettext_noop(
            "ONNX gives numbers that differ by more than {tolerance:g} of their value in {off:,} of "
            "{rows:,} rows ({percent:.1f} %), at most by {difference:.4g}."
        ),
        gettext_noop("ONNX gives numbers that are off in {off:,} of {rows:,} rows, some of them infinite."),
        gettext_noop("ONNX gives {answers:,} answers for {rows:,} rows."),
        gettext_noop(
            "ONNX gives the same labels in all {rows:,} rows; probabilities differ by at most {difference:.2g}."
        ),
        gettext_noop("ONNX gives the same numbers in all {rows:,} rows, to within {relative:.1g} of the largest."),
        gettext_noop("ONNX gives another label in {labels_different:,} of {rows:,} rows."),
        gettext_noop("ONNX gives the same label in all {rows:,} rows."),
        gettext_noop("ONNX gives another number of probabilities."),
        gettext_noop("{step}, as this model uses it, cannot be converted to ONNX."),
        gettext_noop("ONNX has no value for a missing true or false, which “{feature}” allows."),
        gettext_noop("This model cannot be converted to ONNX."),
        gettext_noop("ONNX agrees but is slower: {onnx} ms for a row, scikit-learn {sklearn} ms."),
    }
)
