"""Each address of the site, call of the API and table of the administration is told of, or it is known why not.

What the events hold is tested beside: here a new address is found that nobody has thought about.
"""

from collections.abc import Iterator
from typing import Final

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver

from webapp.audit.models import Action

CHANGES: Final = {
    "deploy_version": {Action.DEPLOYED, Action.PROMOTED, Action.OVERRIDDEN, Action.ENDPOINT_CHANGED},
    "create_deployment": {Action.DEPLOYED, Action.PROMOTED, Action.OVERRIDDEN, Action.ENDPOINT_CHANGED},
    "roll_back": {Action.ROLLED_BACK},
    "withdraw_deployment": {Action.WITHDRAWN},
    "end_deployment": {Action.WITHDRAWN},
    "end_version": {Action.RETIRED, Action.ARCHIVED, Action.RESTORED, Action.DELETED},
    "retire": {Action.RETIRED},
    "archive": {Action.ARCHIVED},
    "restore": {Action.RESTORED},
    "delete": {Action.DELETED},
    "publish_model": {Action.PUBLISHED},
    "publish_version": {Action.PUBLISHED, Action.MODEL_CHANGED},
    "write_card": {Action.CARD_WRITTEN},
    "journal_settings": {Action.ENDPOINT_CHANGED},
    "row_deletion": {Action.DELETION_ORDERED, Action.ROWS_DELETED},
    "exports": {Action.EXPORTED},
    "ask_for_export": {Action.EXPORTED},
    "login": {Action.LOGGED_IN, Action.LOG_IN_FAILED},
    "logout": {Action.LOGGED_OUT},
    "change_password": {Action.PASSWORD_CHANGED},
    "alert": {Action.ALERT_ANSWERED, Action.ALERT_MUTED},
    "alert_settings": {Action.ALERTS_CHANGED},
    "keys": {Action.KEY_MADE},
    "revoke_key": {Action.KEY_REVOKED},
}
INSPECTED: Final = {Action.ACCEPTED, Action.REJECTED}
OF_THE_MACHINE: Final = {
    Action.BOX_RESTORED,
    Action.BOX_FORCED,
    Action.BOX_BACKED_UP,
    Action.CHECK_KEY_MADE,
    Action.CHECK_KEY_ENDED,
}
"""What comes of an inspection, and what root or a timer does, which nobody's request says."""

NOT_TOLD: Final = {
    "choose_theme": "a cookie of the reader's own browser",
    "set_language": "a cookie of the reader's own browser",
    "compare_versions": "what it asks is computed from what is there, and anybody who sees the model may ask",
    "compare_versions_again": "as above",
    "send_truths": "outcomes of rows that were answered; the delivery itself tells who sent them, and when",
    "tell_outcome": "as above",
    "truth_files": "as above: the file tells who sent it, and when",
    "truth_file": "as above",
    "row_deletions": "only counts; what is deleted is told of, and the deletion itself tells who wanted it counted",
    "replays": "a question that changes nothing; the replay itself tells who asked, and when",
    "ask_for_replay": "as above",
    "endpoint_health": "what it asks is computed from what is there",
    "begin_upload": "a file of one's own on its way; what is made of it is told of",
    "give_upload_up": "as above",
    "start_job": "rows of one's own; the job itself tells who asked what, when and of which version",
    "create_job": "as above",
    "correct_job": "as above",
    "begin_job": "as above",
    "cancel_job": "as above",
    "retry_job": "as above",
    "run_job_again": "as above",
    "delete_job": "a file of one's own and what came of it, which would be gone in a few days anyway",
}
READ: Final = frozenset(
    {
        *("health_file", "feature_health", "feature_file", "month_report"),
        *("home", "manage_endpoint", "endpoint", "models", "model", "card", "version", "version_report"),
        *("version_status", "comparison_status", "audit", "audit_csv", "box", "box_now", "programs", "show_box"),
        *("list_endpoints", "describe_endpoint", "list_deployments", "list_models", "describe_model"),
        *("list_versions", "describe_version", "read_card", "openapi-json", "api-root"),
        *("records", "records_status", "truth_file_status", "row_deletion_status", "row_deletion_proof"),
        *("jobs", "job", "job_now", "job_result", "job_wrong_rows", "blank_file"),
        *("export_status", "export_file", "replay", "replay_status"),
        *("list_exports", "describe_export", "download_export", "describe_replay"),
        *("list_jobs", "describe_job", "describe_truths", "download_result", "download_wrong_rows"),
        *("alerts", "health_metrics"),
        *("tell_what_is_spoken", "list_uploads", "tell_offset"),
    }
)
ADMINISTERED: Final = {
    "accounts.user": {Action.USER_MADE, Action.USER_CHANGED, Action.USER_DELETED, Action.ACCESS_CHANGED},
    "auth.group": {Action.GROUP_MADE, Action.GROUP_CHANGED, Action.GROUP_DELETED},
    "accounts.apikey": {Action.KEY_REVOKED, Action.KEY_DELETED},
    "registry.registeredmodel": {Action.MODEL_CHANGED, Action.CARD_WRITTEN, Action.ACCESS_CHANGED},
    "endpoints.endpoint": {Action.ENDPOINT_MADE, Action.ENDPOINT_CHANGED, Action.ENDPOINT_DELETED},
    "axes.accessattempt": {Action.LOCK_LIFTED},
}
LOOKED_AT: Final = frozenset({"registry.modelversion", "endpoints.deployment", "jobs.batchjob"})
"""Nobody adds, changes or deletes these in the administration; their own tests hold that."""
LIBRARYS_OWN: Final = frozenset({"axes.accesslog", "axes.accessfailurelog"})
"""A second record of log-ins, which nothing here reads: the trail has its own."""


def names(resolver: URLResolver) -> Iterator[str]:
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            assert each.name, f"{each.pattern} has no name"
            yield each.name
        elif each.app_name != "admin":
            yield from names(each)


def test_each_address_is_read_only_or_told_of_or_known_why_not():
    known = [*CHANGES, *NOT_TOLD, *READ]
    assert len(known) == len(set(known))
    assert set(names(get_resolver())) == set(known)


def test_each_table_of_the_administration_is_told_of_or_known_why_not():
    assert {model._meta.label_lower for model in admin.site._registry} == {*ADMINISTERED, *LOOKED_AT, *LIBRARYS_OWN}


def test_each_kind_of_event_comes_from_somewhere():
    assert set(Action) == set().union(*CHANGES.values(), *ADMINISTERED.values(), INSPECTED, OF_THE_MACHINE)
