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
    "login": {Action.LOGGED_IN, Action.LOG_IN_FAILED},
    "logout": {Action.LOGGED_OUT},
    "change_password": {Action.PASSWORD_CHANGED},
    "keys": {Action.KEY_MADE},
    "revoke_key": {Action.KEY_REVOKED},
}
INSPECTED: Final = {Action.ACCEPTED, Action.REJECTED}
"""What comes of an inspection, which nobody's request says."""

NOT_TOLD: Final = {
    "choose_theme": "a cookie of the reader's own browser",
    "set_language": "a cookie of the reader's own browser",
    "compare_versions": "what it asks is computed from what is there, and anybody who sees the model may ask",
    "compare_versions_again": "as above",
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
        *("home", "manage_endpoint", "endpoint", "models", "model", "card", "version", "version_report"),
        *("version_status", "comparison_status", "audit", "audit_csv", "box", "box_now", "programs", "show_box"),
        *("list_endpoints", "describe_endpoint", "list_deployments", "list_models", "describe_model"),
        *("list_versions", "describe_version", "read_card", "openapi-json", "api-root"),
        *("jobs", "job", "job_now", "job_result", "job_wrong_rows", "blank_file"),
        *("list_jobs", "describe_job", "download_result", "download_wrong_rows"),
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
    assert set(Action) == set().union(*CHANGES.values(), *ADMINISTERED.values(), INSPECTED)
