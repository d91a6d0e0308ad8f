"""Addresses of the pages about retraining."""

from django.urls import path

from webapp.retraining import export_views, replay_views

urlpatterns = [
    path("endpoints/<slug:name>/export/", export_views.exports, name="exports"),
    path("endpoints/<slug:name>/export/status/", export_views.export_status, name="export_status"),
    path("endpoints/<slug:name>/export/<slug:export_id>/rows", export_views.export_file, name="export_file"),
    path("endpoints/<slug:name>/replay/", replay_views.replays, name="replays"),
    path("endpoints/<slug:name>/replay/<slug:replay_id>/", replay_views.replay, name="replay"),
    path("endpoints/<slug:name>/replay/<slug:replay_id>/status/", replay_views.replay_status, name="replay_status"),
]
