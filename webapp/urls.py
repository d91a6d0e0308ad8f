"""Every address of the site."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    path("", include("webapp.endpoints.urls")),
    path("", include("webapp.predictions.urls")),
    path("", include("webapp.jobs.urls")),
    path("", include("webapp.catalogue.urls")),
    path("", include("webapp.accounts.urls")),
    path("", include("webapp.audit.urls")),
    path("", include("webapp.box.urls")),
    path("", include("webapp.records.urls")),
    path("", include("webapp.monitoring.urls")),
    path("", include("webapp.retraining.urls")),
    path("", include("webapp.alerts.urls")),
    path("", include("webapp.api.urls")),
    path("admin/", admin.site.urls),
    path("language/", login_not_required(set_language), name="set_language"),
]

handler400 = "webapp.refusals.bad_request"
handler404 = "webapp.refusals.not_found"
handler500 = "webapp.refusals.server_error"
