"""Addresses of the pages about models."""

from django.urls import path

from webapp.catalogue import card_views, comparison_views, views

urlpatterns = [
    path("models/", views.models, name="models"),
    path("models/publish/", views.publish_model, name="publish_model"),
    path("models/<slug:name>/", views.model, name="model"),
    path("models/<slug:name>/publish/", views.publish_version, name="publish_version"),
    path("models/<slug:name>/card/", card_views.card, name="card"),
    path("models/<slug:name>/card/write/", card_views.write_card, name="write_card"),
    path("models/<slug:name>/compare/", comparison_views.compare_versions, name="compare_versions"),
    path("models/<slug:name>/compare/status/", comparison_views.comparison_status, name="comparison_status"),
    path("models/<slug:name>/versions/<int:number>/", views.version, name="version"),
    path("models/<slug:name>/versions/<int:number>/report/", views.version_report, name="version_report"),
    path("models/<slug:name>/versions/<int:number>/status/", views.version_status, name="version_status"),
]
