"""Addresses of the endpoints' pages."""

from django.urls import path

from webapp.endpoints import ending, manage, views

urlpatterns = [
    path("", views.home, name="home"),
    path("endpoints/<slug:name>/manage/", manage.manage, name="manage_endpoint"),
    path("endpoints/<slug:name>/manage/deploy/", manage.deploy_version, name="deploy_version"),
    path("endpoints/<slug:name>/manage/rollback/", manage.roll_back, name="roll_back"),
    path("endpoints/<slug:name>/manage/withdraw/<int:pk>/", manage.withdraw_deployment, name="withdraw_deployment"),
    path("models/<slug:name>/versions/<int:number>/end/<slug:event>/", ending.end_version, name="end_version"),
]
