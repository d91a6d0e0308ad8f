"""What the facts of events are called on pages: the trail keeps the names of the code, readers get their own."""

from typing import Final

from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LABELS: Final[dict[str, Promise]] = {
    "artifact": gettext_lazy("artifact"),
    "challenger": gettext_lazy("challenger"),
    "champion": gettext_lazy("champion"),
    "contact": gettext_lazy("contact"),
    "description": gettext_lazy("description"),
    "digest": gettext_lazy("digest"),
    "expected_per_s": gettext_lazy("expected requests a second"),
    "groups": gettext_lazy("groups"),
    "has_password": gettext_lazy("has a password"),
    "is_active": gettext_lazy("active"),
    "limits": gettext_lazy("limits"),
    "maintainers": gettext_lazy("maintainers"),
    "may_publish_pickles": gettext_lazy("may publish pickles"),
    "name": gettext_lazy("name"),
    "overrode": gettext_lazy("in spite of"),
    "owner": gettext_lazy("owner"),
    "purpose": gettext_lazy("what it is for"),
    "reference": gettext_lazy("reference data"),
    "role": gettext_lazy("role"),
    "shadow": gettext_lazy("shadow"),
    "share": gettext_lazy("share in %"),
    "title": gettext_lazy("title"),
    "training_data": gettext_lazy("training data"),
    "username": gettext_lazy("user name"),
}

NOTHING: Final = "·"
DIGEST_LENGTH: Final = 64
DIGEST_SHOWN: Final = 12
DIGESTS: Final = frozenset({"artifact", "digest", "reference"})
TEXT_SHOWN: Final = 120


def change_in_words(before: dict[str, object], after: dict[str, object]) -> str:
    """Return what was and what is, a part for each fact: `champion: 1 → 2`; what is long by its beginning."""
    names = [*before, *(name for name in after if name not in before)]
    return _("; ").join(f"{LABELS.get(name, name)}{_(': ')}{_change_of(name, before, after)}" for name in names)


def _change_of(name: str, before: dict[str, object], after: dict[str, object]) -> str:
    now = _value(name, after[name]) if name in after else NOTHING
    return f"{_value(name, before[name])} → {now}" if name in before else now


def _value(name: str, value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in DIGESTS and isinstance(value, str) and len(value) == DIGEST_LENGTH:
        return f"{value[:DIGEST_SHOWN]}…"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return Truncator(text).chars(TEXT_SHOWN)
