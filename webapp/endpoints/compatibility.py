"""Whether callers of one version may be answered by another: the differences that would break them, in phrases."""

from typing import Final

from django.utils.translation import gettext_noop

from webapp.endpoints.phrases import Phrase, Quoted
from worker.contract.signature import Signature

GONE: Final = gettext_noop("the feature %(names)s is gone")
GONE_MANY: Final = gettext_noop("the features %(names)s are gone")
NEW: Final = gettext_noop("the feature %(names)s is new")
NEW_MANY: Final = gettext_noop("the features %(names)s are new")
OTHER_TYPE: Final = gettext_noop("the feature “%(name)s” is of type %(new)s, not %(old)s")
OTHER_ORDER: Final = gettext_noop("the features come in another order")
OTHER_KIND: Final = gettext_noop("it predicts a %(new)s, not a %(old)s")


def differences(old: Signature, new: Signature) -> tuple[Phrase, ...]:
    """Return what callers of `old` would stumble on, nothing when `new` takes their requests as they are.

    The order counts: rows may be sent as lists of values, and a permuted row is answered wrongly, not refused.
    """
    old_types = {feature.name: feature.type for feature in old.features}
    new_types = {feature.name: feature.type for feature in new.features}
    found = _named([name for name in old_types if name not in new_types], GONE, GONE_MANY)
    found += _named([name for name in new_types if name not in old_types], NEW, NEW_MANY)
    found += [
        Phrase(OTHER_TYPE, {"name": name, "new": new_types[name].value, "old": kind.value})
        for name, kind in old_types.items()
        if name in new_types and new_types[name] != kind
    ]
    if not found and old.names != new.names:
        found.append(Phrase(OTHER_ORDER))
    if old.output.kind != new.output.kind:
        found.append(Phrase(OTHER_KIND, {"new": new.output.kind.value, "old": old.output.kind.value}))
    return tuple(found)


def _named(names: list[str], one: str, many: str) -> list[Phrase]:
    """Return a phrase for all these features together; none without any."""
    return [Phrase(many if len(names) > 1 else one, {"names": Quoted(tuple(names))})] if names else []
