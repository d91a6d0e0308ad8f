"""The state of the box in words, each with a sign, never a colour alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from webapp.box import care_words, check_words
from webapp.box.box import Check, Resources, Service, ServiceName
from webapp.endpoints.phrases import Size
from webapp.predictions.numbers import rounded_words
from webapp.sentences import say

GIB: Final = 2**30
TEMPLATES: Final = check_words.TEMPLATES | care_words.TEMPLATES

SERVICE_NAMES: Final = {
    ServiceName.WEB: gettext_lazy("Web site"),
    ServiceName.DATABASE: gettext_lazy("Database"),
    ServiceName.REDIS: "Redis",
    ServiceName.INFERENCE: gettext_lazy("Inference workers"),
    ServiceName.JOBS: gettext_lazy("Worker for jobs"),
    ServiceName.CONTROL: gettext_lazy("Worker for records"),
}

SERVICE_STATES: Final = {True: "good", False: "bad", None: "unknown"}
CHECK_STATES: Final = {"passed": "good", "warning": "warning", "failed": "bad", "skipped": "unknown"}
CHECK_WORDS: Final = {
    "passed": gettext_lazy("fine"),
    "warning": gettext_lazy("worth a look"),
    "failed": gettext_lazy("failed"),
    "skipped": gettext_lazy("not known"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """The first line of the page."""

    words: str
    state: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A service in words."""

    id: str
    name: str
    words: str
    state: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Meter:
    """A resource in words, with its share from 0 to 100 as SVG takes it."""

    id: str
    name: str
    words: str
    detail: str
    width: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckRow:
    """A check in words: the reader's where they are known, else the host plane's own."""

    title: str
    measured: str
    needed: str
    hint: str
    words: str
    state: str


def box_sentence(services: Sequence[Service], checks: Sequence[Check]) -> Sentence:
    """Return how the box is, in one sentence."""
    silent = [str(SERVICE_NAMES[service.name]) for service in services if service.answers is False]
    if silent:
        return Sentence(words=_("Not everything answers: %(names)s.") % {"names": ", ".join(silent)}, state="bad")
    failed = sum(check.status == "failed" for check in checks)
    if failed:
        words = ngettext(
            "Every service answers, but %(count)d check failed.",
            "Every service answers, but %(count)d checks failed.",
            failed,
        )
        return Sentence(words=words % {"count": failed}, state="bad")
    doubtful = sum(check.status == "warning" for check in checks)
    if doubtful:
        words = ngettext(
            "Every service answers; %(count)d check deserves a look.",
            "Every service answers; %(count)d checks deserve a look.",
            doubtful,
        )
        return Sentence(words=words % {"count": doubtful}, state="warning")
    return Sentence(words=_("The box is well: every service answers."), state="good")


def service_rows(services: Sequence[Service]) -> tuple[Row, ...]:
    """Return each service in words."""
    return tuple(
        Row(
            id=service.name,
            name=str(SERVICE_NAMES[service.name]),
            words=_service_words(service),
            state=SERVICE_STATES[service.answers],
        )
        for service in services
    )


def meters(resources: Resources) -> tuple[Meter, ...]:
    """Return each resource in words."""
    processors = ngettext("%(count)d core", "%(count)d cores", resources.cpu_count) % {"count": resources.cpu_count}
    load = _("load %(load)s") % {"load": rounded_words(resources.load_1min, decimals=2)}
    return (
        Meter(
            id="cpu",
            name=_("Processor"),
            words=_percent(resources.cpu_percent),
            detail=f"{processors}, {load}",
            width=f"{resources.cpu_percent:.1f}",
        ),
        _memory(resources.memory_used_bytes, resources.memory_total_bytes),
        _disk(resources.disk_used_bytes, resources.disk_free_bytes),
    )


def models_meter(used_bytes: int, budget_bytes: int) -> Meter:
    """Return what the deployed versions need of the memory that is for models."""
    percent = 100 * used_bytes / max(budget_bytes, 1)
    facts = {"used": Size(used_bytes).said(), "total": Size(budget_bytes).said()}
    detail = _("the deployed versions need %(used)s of %(total)s") % facts
    width = f"{min(percent, 100):.1f}"
    return Meter(id="models", name=_("Memory for models"), words=_percent(percent), detail=detail, width=width)


def check_rows(checks: Sequence[Check]) -> tuple[CheckRow, ...]:
    """Return each check in words, what needs a look first."""
    return tuple(
        CheckRow(
            title=_said(check, "title", check.title or check.id),
            measured=_said(check, "measured", check.measured),
            needed=_said(check, "needed", check.needed),
            hint=_said(check, "hint", check.hint),
            words=str(CHECK_WORDS.get(check.status, check.status)),
            state=CHECK_STATES.get(check.status, "unknown"),
        )
        for check in sorted(checks, key=_urgency)
    )


def failed_titles(checks: Sequence[Check]) -> str:
    """Return what the checks are called that failed."""
    return ", ".join(_said(check, "title", check.title or check.id) for check in checks if check.status == "failed")


def _said(check: Check, name: str, english: str) -> str:
    words = check.words.get(name)
    return (say(TEMPLATES, words.template, words.facts) if words else None) or english


def _urgency(check: Check) -> int:
    return {"failed": 0, "warning": 1}.get(check.status, 2)


def _service_words(service: Service) -> str:
    if service.answers is None:
        return _("not known")
    if not service.answers:
        return _("does not answer")
    if service.count is None:
        return _("answers")
    return ngettext("%(count)d answers", "%(count)d answer", service.count) % {"count": service.count}


def _memory(used_bytes: int, total_bytes: int) -> Meter:
    percent = 100 * used_bytes / max(total_bytes, 1)
    facts = {"used": _gib(used_bytes), "total": _gib(total_bytes)}
    detail = _("%(used)s of %(total)s GiB in use") % facts
    return Meter(id="memory", name=_("Memory"), words=_percent(percent), detail=detail, width=f"{percent:.1f}")


def _disk(used_bytes: int, free_bytes: int) -> Meter:
    percent = 100 * used_bytes / max(used_bytes + free_bytes, 1)
    detail = _("%(free)s GiB free") % {"free": _gib(free_bytes)}
    return Meter(id="disk", name=_("Disk"), words=_percent(percent), detail=detail, width=f"{percent:.1f}")


def _percent(value: float) -> str:
    return _("%(number)s %%") % {"number": rounded_words(value, decimals=0)}


def _gib(size_bytes: int) -> str:
    return rounded_words(size_bytes / GIB, decimals=1)
