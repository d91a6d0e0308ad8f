"""What the facts of events are called on pages: the trail keeps the names of the code, readers get their own."""

from typing import Final

from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LABELS: Final[dict[str, Promise]] = {
    "by_timer": gettext_lazy("by the timer"),
    "file": gettext_lazy("file"),
    "with_journal": gettext_lazy("with the journal"),
    "with_results": gettext_lazy("with results of jobs"),
    "backup_made_at": gettext_lazy("backup made"),
    "system_account": gettext_lazy("account of the machine"),
    "artifact": gettext_lazy("artifact"),
    "challenger": gettext_lazy("challenger"),
    "champion": gettext_lazy("champion"),
    "contact": gettext_lazy("contact"),
    "description": gettext_lazy("description"),
    "digest": gettext_lazy("digest"),
    "expected_per_s": gettext_lazy("expected requests a second"),
    "format": gettext_lazy("format"),
    "groups": gettext_lazy("groups"),
    "has_password": gettext_lazy("has a password"),
    "hashed_features": gettext_lazy("features kept as hashes"),
    "is_active": gettext_lazy("active"),
    "journal_days": gettext_lazy("days kept"),
    "journal_megabytes": gettext_lazy("megabytes kept"),
    "keeps_inputs": gettext_lazy("keep what was asked"),
    "keeps_journal": gettext_lazy("keep a journal"),
    "limits": gettext_lazy("limits"),
    "mail": gettext_lazy("e-mail"),
    "maintainers": gettext_lazy("maintainers"),
    "may_publish_pickles": gettext_lazy("may publish pickles"),
    "muted_until": gettext_lazy("muted until"),
    "name": gettext_lazy("name"),
    "overrode": gettext_lazy("in spite of"),
    "owner": gettext_lazy("owner"),
    "proof": gettext_lazy("proof"),
    "purpose": gettext_lazy("what it is for"),
    "reference": gettext_lazy("reference data"),
    "role": gettext_lazy("role"),
    "rows_at_most": gettext_lazy("rows at most"),
    "rule": gettext_lazy("rule"),
    "rules_off": gettext_lazy("rules switched off"),
    "rows": gettext_lazy("rows"),
    "shadow": gettext_lazy("shadow"),
    "share": gettext_lazy("share in %"),
    "silent_days": gettext_lazy("days without a row"),
    "title": gettext_lazy("title"),
    "training_data": gettext_lazy("training data"),
    "truths": gettext_lazy("outcomes"),
    "username": gettext_lazy("user name"),
    "webhook": gettext_lazy("webhook"),
    "webhook_round": gettext_lazy("secret of the webhook"),
}

NOTHING: Final = "·"
DIGEST_LENGTH: Final = 64
DIGEST_SHOWN: Final = 12
DIGESTS: Final = frozenset({"artifact", "digest", "proof", "reference"})
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
