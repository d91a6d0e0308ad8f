"""Records who joins and leaves what: the groups of users and of endpoints, the maintainers of models."""

from collections.abc import Callable
from typing import Any, Final

from django.db import models
from django.db.models.signals import m2m_changed, pre_delete

from webapp.audit.models import Action, AuditEvent, Entry

ALL: Final = "*"


def watch(relation: "models.ManyToManyField[Any, Any]", entry_of: Callable[[Any], Entry]) -> None:
    """Record each change of a many-to-many relation; `entry_of` says whose it is.

    Whoever is a member leaves by being deleted, too; of that Django tells nothing about the relation.
    """
    name, through = relation.name, relation.remote_field.through
    assert through is not None, "Django has made the table of the relation by now"

    def changed(instance: models.Model, action: str, **signal: Any) -> None:
        if action not in {"post_add", "post_remove", "post_clear"} or signal["pk_set"] == set():
            return
        others = list(signal["model"].objects.filter(pk__in=signal["pk_set"] or ()))
        owners = others if signal["reverse"] else [instance]
        members = [str(instance)] if signal["reverse"] else sorted(map(str, others)) or [ALL]
        for owner in owners:
            entry = entry_of(owner)
            (entry.after if action == "post_add" else entry.before)[name] = members
            AuditEvent.objects.record(entry)

    def member_deleted(instance: models.Model, **_signal: Any) -> None:
        for owner in relation.model._base_manager.filter(**{name: instance.pk}):  # noqa: SLF001  # Django's own
            entry = entry_of(owner)
            entry.before[name] = [str(instance)]
            AuditEvent.objects.record(entry)

    m2m_changed.connect(changed, sender=through, weak=False)
    pre_delete.connect(member_deleted, sender=relation.related_model, weak=False)


def access(**whose: str) -> Entry:
    """Return the beginning of an entry about access."""
    return Entry(action=Action.ACCESS_CHANGED, **whose)  # type: ignore[arg-type]  # the names of its texts
