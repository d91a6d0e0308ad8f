"""The limits of a model that the facts show, in sentences, for its card."""

from collections.abc import Iterator
from typing import Final

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from webapp.predictions.numbers import number_words, percent_words, with_unit
from worker.contract.manifest import Manifest
from worker.contract.report import Confusion, Report
from worker.contract.signature import FeatureType, OutputKind, Signature

WELL_RECOGNISED: Final = 0.9
CLASSES_SHOWN: Final = 5
FEW_ROWS: Final = 30
ONE_IN_TWENTY: Final = 0.95
NAMES_SHOWN: Final = 8
NUMBERS: Final = frozenset({FeatureType.NUMBER, FeatureType.INTEGER})


def limits_of(manifest: Manifest) -> tuple[str, ...]:
    """Return what a reader should know before relying on an answer."""
    report, signature = manifest.report or Report(), manifest.signature
    sentences = [*_inputs(signature), *_missing(signature)]
    if report.confusion is not None:
        sentences += _classes(report.confusion)
    if signature.output.kind is OutputKind.NUMBER and len(report.residuals) >= FEW_ROWS:
        sentences.append(_one_in_twenty(report, signature.output.unit))
    sentences.append(_measured(manifest))
    return tuple(sentences)


def _inputs(signature: Signature) -> Iterator[str]:
    if any(feature.type in NUMBERS and feature.minimum is not None for feature in signature.features):
        yield _(
            "It was tried on numbers within the ranges of the table. A number beyond them is answered all the same, "
            "and nobody has measured how well."
        )
    if any(feature.categories is not None for feature in signature.features):
        yield _("A category that the table does not name is refused.")


def _missing(signature: Signature) -> Iterator[str]:
    needed = [feature.name for feature in signature.features if feature.required]
    if not needed:
        yield _("Every value may be missing; the fewer are known, the less an answer is worth.")
    elif len(needed) == len(signature.features):
        yield _("No value may be missing.")
    elif len(needed) <= NAMES_SHOWN:
        yield _("These values may not be missing: %(names)s.") % {"names": get_text_list(needed, _("and"))}
    else:
        yield _("%(count)d of the %(all)d values may not be missing; the table says which.") % {
            "count": len(needed),
            "all": len(signature.features),
        }


def _classes(confusion: Confusion) -> Iterator[str]:
    counted = [
        (str(label), counts[index] if index < len(counts) else 0, sum(counts))
        for index, (label, counts) in enumerate(zip(confusion.labels, confusion.counts, strict=False))
    ]
    known = [(label, right, total) for label, right, total in counted if total]
    poor = [each for each in known if each[1] / each[2] < WELL_RECOGNISED]
    for label, right, total in sorted(poor, key=lambda each: each[1] / each[2])[:CLASSES_SHOWN]:
        facts = {"label": label, "share": percent_words(right / total), "total": number_words(total)}
        yield _("Of what truly is “%(label)s” it recognises only %(share)s (of %(total)s rows).") % facts
    for label, _right, total in sorted(known, key=lambda each: each[2])[:CLASSES_SHOWN]:
        if total < FEW_ROWS:
            facts = {"label": label, "total": number_words(total)}
            yield _("Only %(total)s rows are “%(label)s”: how well it is recognised is uncertain.") % facts


def _one_in_twenty(report: Report, unit: str) -> str:
    errors = sorted(abs(predicted - true) for predicted, true in report.residuals)
    off = errors[min(len(errors) - 1, int(ONE_IN_TWENTY * len(errors)))]
    words = with_unit(number_words(off, digits=3), unit)
    return _("One answer in twenty is off by more than %(off)s.") % {"off": words}


def _measured(manifest: Manifest) -> str:
    if not manifest.quality:
        return _("Nobody has measured how often its answers are right.")
    rows = number_words(manifest.quality_rows)
    return _("How good it is was measured on %(rows)s rows and says nothing of rows of another kind.") % {"rows": rows}
