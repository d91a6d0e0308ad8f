"""Opens an alert when a rule begins to hold and closes it when it holds no more; told again, it changes nothing."""

from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from webapp.alerts.judging import judge
from webapp.alerts.models import Alert, AlertSettings, Ending, EventKind
from webapp.alerts.sightings import Rule, Sighting
from webapp.endpoints.models import Deployment, Endpoint
from webapp.monitoring.models import MonitoredWindow, MonitoringRun

AGAIN_AFTER: Final = timedelta(minutes=30)
"""For rules that hang on the clock; what a look found is judged as soon as it is there."""

AT_ONCE: Final = 20
"""So many endpoints are judged in one go: the control worker has other things to do."""


def notice_due(now: datetime) -> int:
    """Judge the endpoints of which there is news, or that were not judged for long. Return how many."""
    _close_abandoned(now)
    due = _due(now)[:AT_ONCE]
    for champion in due:
        notice(champion, settings_of(champion.endpoint), now)
    return len(due)


def _due(now: datetime) -> list[Deployment]:
    champions = Deployment.objects.serving() & Deployment.objects.live_champions()
    fresh = MonitoringRun.objects.filter(
        endpoint=OuterRef("endpoint"), ended_at__gt=OuterRef("endpoint__alert_settings__judged_at")
    )
    is_due = Q(endpoint__alert_settings__judged_at__isnull=True) | Q(
        endpoint__alert_settings__judged_at__lte=now - AGAIN_AFTER
    )
    return list(champions.filter(is_due | Exists(fresh)).order_by("endpoint__alert_settings__judged_at")[:AT_ONCE])


def settings_of(endpoint: Endpoint) -> AlertSettings:
    """Return how alerts of an endpoint are handled; the defaults where nobody has said anything."""
    return AlertSettings.objects.select_related("endpoint", "owner").get_or_create(endpoint=endpoint)[0]


@transaction.atomic
def notice(champion: Deployment, wishes: AlertSettings, now: datetime) -> None:
    """Judge one endpoint, and keep what came of it."""
    endpoint = champion.endpoint
    AlertSettings.objects.filter(pk=wishes.pk).update(judged_at=now)
    standing = {alert.rule: alert for alert in Alert.objects.open().filter(endpoint=endpoint)}
    for alert in list(standing.values()):
        why = _outdated(alert, champion, wishes)
        if why is not None:
            alert.close(why, now)
            del standing[alert.rule]
    judgements, window = judge(champion, wishes, now)
    for rule, sighting in judgements.items():
        known = standing.get(rule)
        if rule in wishes.rules_off or (known is None and sighting is None):
            continue
        if sighting is None:
            assert known is not None, "The line above has left out what is neither there nor seen"
            known.close(Ending.ENDED, now)
        elif known is None:
            _open(champion, rule, sighting, window, now)
        else:
            _see_again(known, sighting, window, now)


def _outdated(alert: Alert, champion: Deployment, wishes: AlertSettings) -> Ending | None:
    # Noticed before the champion came: of another version, or of this one before another was in its place for a while.
    if alert.version_id != champion.version_id or alert.opened_at < champion.deployed_at:
        return Ending.REPLACED
    is_off = alert.rule in wishes.rules_off or (alert.rule == Rule.SILENT and wishes.silent_days is None)
    return Ending.SWITCHED_OFF if is_off else None


def _open(champion: Deployment, rule: Rule, sighting: Sighting, window: MonitoredWindow | None, now: datetime) -> None:
    alert = Alert.objects.create(
        endpoint=champion.endpoint,
        version=champion.version,
        window=window,
        rule=rule,
        sighting_json=msgspec.to_builtins(sighting),
        opened_at=now,
        seen_at=now,
    )
    alert.note(EventKind.NOTICED, now)


def _see_again(alert: Alert, sighting: Sighting, window: MonitoredWindow | None, now: datetime) -> None:
    alert.window, alert.sighting_json, alert.seen_at = window, msgspec.to_builtins(sighting), now
    alert.save(update_fields=["window", "sighting_json", "seen_at"])


def _close_abandoned(now: datetime) -> None:
    """Close the alerts of endpoints behind which nothing stands any more."""
    champions = Deployment.objects.serving() & Deployment.objects.live_champions()
    for alert in Alert.objects.open().exclude(endpoint__in=champions.values("endpoint"))[:AT_ONCE]:
        with transaction.atomic():
            alert.close(Ending.REPLACED, now)
