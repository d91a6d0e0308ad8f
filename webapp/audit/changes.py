"""Records what becomes of rows that people make, change and delete: by a page, the administration, or the terminal."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import models
from django.db.models.signals import post_delete, post_save, pre_save

from webapp.audit.facts import LABELS
from webapp.audit.models import Action, AuditEvent, Entry

PLAIN: Final = (str, int, float, bool, type(None))


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What is told of a kind of row: `names` are the fields that count, `whose` says whom or what an entry is about.

    An action that is None is told elsewhere. Of a new row `shown` of the names are told, of a deleted one too.
    """

    names: tuple[str, ...]
    changed: Action
    whose: Callable[[Any], dict[str, str]]
    made: Action | None = None
    deleted: Action | None = None
    shown: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        assert LABELS.keys() >= {*self.names, *self.shown}, "Whatever the trail tells has a label for readers"


def watch_rows(kind: type[models.Model], told: Told) -> None:
    """Record what becomes of the rows of a kind from now on. What `QuerySet.update` does is not seen."""
    kept = f"_audited_{told.changed}"

    def remember(instance: models.Model, **_signal: Any) -> None:
        known = kind._base_manager.filter(pk=instance.pk).first() if instance.pk else None  # noqa: SLF001  # Django's own
        setattr(instance, kept, facts_of(known, told.names) if known is not None else {})

    def saved(instance: models.Model, *, created: bool, **_signal: Any) -> None:
        before, now = getattr(instance, kept), facts_of(instance, told.names)
        changed = [name for name in told.names if before.get(name) != now[name]]
        if created:
            _record(told.made, instance, after=facts_of(instance, told.shown))
        elif changed:
            facts = ({name: known[name] for name in changed} for known in (before, now))
            _record(told.changed, instance, **dict(zip(("before", "after"), facts, strict=True)))

    def gone(instance: models.Model, **_signal: Any) -> None:
        _record(told.deleted, instance, before=facts_of(instance, told.shown))

    def _record(action: Action | None, instance: models.Model, **facts: dict[str, Any]) -> None:
        if action is not None:
            AuditEvent.objects.record(Entry(action=action, **told.whose(instance), **facts))  # type: ignore[arg-type]  # texts and facts by their names

    pre_save.connect(remember, sender=kind, weak=False)
    post_save.connect(saved, sender=kind, weak=False)
    post_delete.connect(gone, sender=kind, weak=False)


def facts_of(instance: models.Model, names: tuple[str, ...]) -> dict[str, Any]:
    """Return these fields as the trail keeps them: what is no plain value by what it is called."""
    values = {name: getattr(instance, name) for name in names}
    return {name: value if type(value) in PLAIN else str(value) for name, value in values.items()}
