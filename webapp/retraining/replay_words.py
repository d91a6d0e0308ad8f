"""What came of a replay, in words: who would have got another answer, and which version is right more often."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webapp.catalogue.comparison_words import headline, verdict_words
from webapp.predictions.numbers import number_words, percent_words, with_unit
from webapp.retraining.models import LOST_AFTER, Replay, Stage
from webapp.retraining.outcome_words import reason_words
from worker.contract.replay import Replayed

CLEAR_P_MAX = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplayRow:
    """One replay in the list of all."""

    replay: Replay
    state: str
    words: str


def replay_row(replay: Replay, now: datetime) -> ReplayRow:
    """Return a replay as the page lists it."""
    replayed, reason = replay.replayed, replay.reason
    if replayed is not None:
        words = replay_sentence(replayed, replay.old.number, replay.new.number)
        return ReplayRow(replay=replay, state="good", words=words)
    if reason is not None:
        return ReplayRow(replay=replay, state="bad", words=reason_words(reason))
    if replay.stage == Stage.ASKED and now - replay.asked_at > LOST_AFTER:
        return ReplayRow(replay=replay, state="warning", words=_("It has not come back; it may be lost. Ask again."))
    return ReplayRow(replay=replay, state="busy", words=_("It is being asked."))


def replay_sentence(replayed: Replayed, old: int, new: int) -> str:
    """Return in a sentence or two how many would have got another answer, and which version is better."""
    compared = replayed.compared
    facts = {
        "new": new,
        "old": old,
        "different": number_words(compared.different),
        "rows": number_words(compared.rows),
        "low": percent_words(replayed.low),
        "high": percent_words(replayed.high),
    }
    if not compared.different:
        first = _("Version %(new)d would have answered all %(rows)s rows as version %(old)d did.") % facts
    else:
        first = (
            _("Version %(new)d would have answered %(different)s of %(rows)s rows otherwise (%(low)s to %(high)s).")
            % facts
        )
    best = headline(compared)
    if best is None:
        unknown = _("Which is better cannot be told: no outcome of these rows is known.")
        return f"{first} {unknown}"
    return f"{first} {verdict_words(best)}"


def one_right_sentence(replayed: Replayed, old: int, new: int) -> str:
    """Return on how many rows one version alone is right, and whether that is more than chance."""
    found = replayed.one_right
    if found is None:
        return ""
    facts = {
        "old": old,
        "new": new,
        "only_old": number_words(found.only_old),
        "only_new": number_words(found.only_new),
        "known": number_words(replayed.compared.quality_rows),
        "p": number_words(found.p, digits=2),
    }
    first = (
        ngettext(
            "Of %(known)s row whose outcome is known, only version %(old)d is right on %(only_old)s, "
            "only version %(new)d on %(only_new)s.",
            "Of %(known)s rows whose outcome is known, only version %(old)d is right on %(only_old)s, "
            "only version %(new)d on %(only_new)s.",
            replayed.compared.quality_rows,
        )
        % facts
    )
    if found.p > CLEAR_P_MAX:
        judged = _("That may be chance (p = %(p)s, exact McNemar test).")
    else:
        judged = _("That is more than chance (p = %(p)s, exact McNemar test).")
    return f"{first} {judged % facts}"


def shift_sentence(replayed: Replayed, unit: str) -> str:
    """Return by how much the answers would have been larger; nothing for classes."""
    found = replayed.shift
    if found is None:
        return ""
    facts = {"value": with_unit(number_words(abs(found.value), digits=3), unit)}
    first = (
        _("On average its answers are larger by %(value)s.")
        if found.value >= 0
        else _("On average its answers are smaller by %(value)s.")
    ) % facts
    if found.low is None or found.high is None:
        return first
    ends = {"low": number_words(found.low, digits=3), "high": number_words(found.high, digits=3)}
    interval = _("The interval of the difference is %(low)s to %(high)s.") % ends
    return f"{first} {interval}"


def span_words(replayed: Replayed) -> str:
    """Return when the rows were asked."""
    first, last = (timezone.localtime(_moment(ms)) for ms in (replayed.first_ms, replayed.last_ms))
    facts = {
        "first": formats.date_format(first, "DATETIME_FORMAT"),
        "last": formats.date_format(last, "DATETIME_FORMAT"),
    }
    return _("Asked between %(first)s and %(last)s.") % facts


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
