"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("webapp.endpoints.urls")),
    path("", include("webapp.accounts.urls")),
    path("admin/", admin.site.urls),
    path("language/", include("django.conf.urls.i18n")),
]
