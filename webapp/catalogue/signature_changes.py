"""How what a version takes and answers differs from another version, in words."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from webapp.catalogue.wording import TYPES
from webapp.predictions.numbers import range_words
from worker.contract.signature import Feature, Output, OutputKind, Signature

NAMES_SHOWN_MAX = 12


def signature_changes(old: Signature, new: Signature) -> tuple[str, ...]:
    """Return each difference as a sentence; nothing where both are the same."""
    before = {feature.name: feature for feature in old.features}
    after = {feature.name: feature for feature in new.features}
    changes = [_("The feature “%(name)s” is gone.") % {"name": name} for name in before if name not in after]
    changes += [_new(feature) for name, feature in after.items() if name not in before]
    for name, feature in after.items():
        if name in before:
            changes += _feature_changes(before[name], feature)
    if before.keys() == after.keys() and old.names != new.names:
        changes.append(_("The features come in another order."))
    return (*changes, *_output_changes(old.output, new.output))


def _new(feature: Feature) -> str:
    facts = {"name": feature.name, "type": TYPES[feature.type]}
    if feature.required:
        return _("The feature “%(name)s” (%(type)s) is new and needed.") % facts
    return _("The feature “%(name)s” (%(type)s) is new and may be missing.") % facts


def _feature_changes(old: Feature, new: Feature) -> Iterator[str]:
    known = {"name": new.name}
    if old.type != new.type:
        yield _("“%(name)s” is now of type “%(new)s”, no longer “%(old)s”.") % (
            known | {"new": TYPES[new.type], "old": TYPES[old.type]}
        )
    if old.required != new.required:
        yield (_("“%(name)s” is now needed.") if new.required else _("“%(name)s” may now be missing.")) % known
    if old.unit != new.unit:
        yield _("“%(name)s” is now in %(new)s; it was in %(old)s.") % (
            known | {"new": new.unit or _("no unit"), "old": old.unit or _("no unit")}
        )
    yield from _values_changes(old, new)


def _values_changes(old: Feature, new: Feature) -> Iterator[str]:
    """Yield what the reference data of one version held and that of the other did not."""
    known = {"name": new.name}
    if old.categories is not None and new.categories is not None:
        if added := [name for name in new.categories if name not in old.categories]:
            yield _("“%(name)s” takes too: %(names)s.") % (known | {"names": _listed(added)})
        if gone := [name for name in old.categories if name not in new.categories]:
            yield _("“%(name)s” no longer takes: %(names)s.") % (known | {"names": _listed(gone)})
    was, now = _range(old), _range(new)
    if was and now and was != now:
        yield _("The reference data holds “%(name)s” from %(new)s; it was from %(old)s.") % (
            known | {"new": now, "old": was}
        )


def _range(feature: Feature) -> str:
    if feature.minimum is None or feature.maximum is None:
        return ""
    return range_words(feature.minimum, feature.maximum, feature.unit)


def _output_changes(old: Output, new: Output) -> Iterator[str]:
    if old.kind != new.kind:
        is_number = new.kind is OutputKind.NUMBER
        yield (
            _("It answers with a number, no longer with a class.")
            if is_number
            else _("It answers with a class, no longer with a number.")
        )
        return
    if old.name != new.name:
        yield _("What it foretells is now called “%(new)s”; it was “%(old)s”.") % {"new": new.name, "old": old.name}
    if old.unit != new.unit:
        yield _("It answers in %(new)s; it was %(old)s.") % {
            "new": new.unit or _("no unit"),
            "old": old.unit or _("no unit"),
        }
    before, after = [[str(label) for label in each.labels or ()] for each in (old, new)]
    if added := [label for label in after if label not in before]:
        yield _("New answers: %(names)s.") % {"names": _listed(added)}
    if gone := [label for label in before if label not in after]:
        yield _("Answers that it no longer gives: %(names)s.") % {"names": _listed(gone)}
    if old.probabilities != new.probabilities:
        yield _("It now gives probabilities.") if new.probabilities else _("It no longer gives probabilities.")


def _listed(names: Sequence[str]) -> str:
    shown, more = ", ".join(names[:NAMES_SHOWN_MAX]), len(names) - NAMES_SHOWN_MAX
    return _("%(shown)s and %(count)d more") % {"shown": shown, "count": more} if more > 0 else shown
