"""`manage.py forget_rows [ENDPOINT…] --by WAY --value VALUE…`: counts a person's rows; deletes them once confirmed."""

import json
import time
from datetime import UTC, datetime
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from webapp.accounts.models import User
from webapp.endpoints.models import Endpoint
from webapp.records import deletions
from webapp.records.deletions import DeletionNotSentError, NotCountedError, SelectionWrongError, Wish
from webapp.records.models import DeletionStage, RowDeletion
from worker.contract.records import BY_CALLER, VALUES_MAX, WAYS

TIMEOUT_S: Final = 3600.0
POLL_S: Final = 0.2
LIVE: Final = (DeletionStage.COUNTING, DeletionStage.DELETING)


class Command(BaseCommand):
    """Counts rows, and with `--confirm` deletes them; the proof goes to the standard output."""

    help = "Count the rows of a person in the journals; with --confirm COUNT delete them and print the proof."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take which rows, who wants that, and why."""
        parser.add_argument("endpoints", nargs="*", help="the endpoints' names; without one, all")
        parser.add_argument("--by", required=True, choices=WAYS, help="by what the rows are known")
        parser.add_argument("--value", required=True, action="append", help="an id or value; may come several times")
        parser.add_argument("--feature", default="", help="the feature, with --by feature")
        parser.add_argument("--user", required=True, help="the administrator who wants it")
        parser.add_argument("--reason", required=True, help="why; it stands in the audit trail for good")
        parser.add_argument("--json", action="store_true", help="print what was counted as JSON too")
        parser.add_argument("--confirm", type=int, help="the number of rows and outcomes that were counted")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Count; delete where the count is confirmed."""
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None or not user.is_admin:
            msg = f"There is no administrator {options['user']}.\nname one with --user"
            raise CommandError(msg)
        wish = _wish(options)
        try:
            deletion = _awaited(deletions.begin(wish, user, timezone.now()))
            count = deletions.count_of(deletion)
            if options["confirm"] != count or not (count or deletions.kept_of(deletion)):
                deletions.give_up(deletion)
                said = f"{count} rows and outcomes; nothing is deleted. To delete them: --confirm {count}"
                self.stdout.write(_as_json(deletion) if options["json"] else said)
                return
            deletions.confirm(deletion, user, timezone.now())
            deletion.refresh_from_db()
            done = _ended(deletion)
        except SelectionWrongError as error:
            hint = f"at most {VALUES_MAX} values; --feature goes with --by feature, and only with it"
            msg = f"That selects nothing.\n{hint}"
            raise CommandError(msg) from error
        except (DeletionNotSentError, NotCountedError) as error:
            msg = "The journals cannot be gone through.\nstart the box, then try again"
            raise CommandError(msg) from error
        self.stdout.write(deletions.proof_of(done).decode())


def _wish(options: dict[str, Any]) -> Wish:
    """Return what is wanted. Raise CommandError where it names an endpoint or an account that is not there."""
    there = set(Endpoint.objects.values_list("name", flat=True))
    for name in options["endpoints"]:
        if name not in there:
            msg = f"There is no endpoint {name}.\nname one of {', '.join(sorted(there)) or 'those that are made first'}"
            raise CommandError(msg)
    if options["by"] == BY_CALLER:
        accounts = set(User.objects.filter(username__in=options["value"]).values_list("username", flat=True))
        for name in options["value"]:
            if name not in accounts:
                msg = f"There is no account {name}.\nwith --by caller, --value is the name that somebody logs in with"
                raise CommandError(msg)
    return Wish(
        endpoints=options["endpoints"] or sorted(there),
        by=options["by"],
        values=options["value"],
        name=options["feature"],
        reason=options["reason"],
    )


def _awaited(deletion: RowDeletion) -> RowDeletion:
    """Return the deletion once the data plane has counted. Raise NotCountedError if it did not."""
    if _ended(deletion).stage != DeletionStage.COUNTED:
        raise NotCountedError
    return deletion


def _ended(deletion: RowDeletion) -> RowDeletion:
    """Return the deletion once the data plane has done what it was asked. Raise NotCountedError if it does not."""
    deadline_s = time.monotonic() + TIMEOUT_S
    while deletion.stage in LIVE:
        if time.monotonic() > deadline_s:
            raise NotCountedError
        time.sleep(POLL_S)
        deletion.refresh_from_db()
    return deletion


def _as_json(deletion: RowDeletion) -> str:
    counted = deletion.counted
    assert counted is not None, "It was counted before it was given up"
    told = [
        {
            "endpoint": each.endpoint,
            "rows": each.rows,
            "truths": each.truths,
            "first": _day(each.first_ms),
            "last": _day(each.last_ms),
        }
        for each in counted.endpoints
    ]
    return json.dumps({"endpoints": told, "kept": deletions.kept_of(deletion)})


def _day(time_ms: int | None) -> str:
    return "" if time_ms is None else datetime.fromtimestamp(time_ms / 1000, UTC).date().isoformat()
