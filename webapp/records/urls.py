"""Addresses of recorded rows."""

from django.urls import path

from webapp.records import deletion_views, journal_views, outcome_views, record_views

urlpatterns = [
    path("endpoints/<slug:name>/predictions/", record_views.records, name="records"),
    path("endpoints/<slug:name>/predictions/status/", record_views.records_status, name="records_status"),
    path("endpoints/<slug:name>/outcomes/", outcome_views.tell_outcome, name="tell_outcome"),
    path("endpoints/<slug:name>/outcomes/files/", outcome_views.truth_files, name="truth_files"),
    path("endpoints/<slug:name>/outcomes/files/<slug:file_id>/", outcome_views.truth_file, name="truth_file"),
    path(
        "endpoints/<slug:name>/outcomes/files/<slug:file_id>/status/",
        outcome_views.truth_file_status,
        name="truth_file_status",
    ),
    path("endpoints/<slug:name>/journal/", journal_views.journal_settings, name="journal_settings"),
    path("deletions/", deletion_views.row_deletions, name="row_deletions"),
    path("deletions/<slug:deletion_id>/", deletion_views.row_deletion, name="row_deletion"),
    path("deletions/<slug:deletion_id>/status/", deletion_views.row_deletion_status, name="row_deletion_status"),
    path("deletions/<slug:deletion_id>/proof.json", deletion_views.row_deletion_proof, name="row_deletion_proof"),
]
