"""Addresses of the box's own pages."""

from django.urls import path

from webapp.monitoring import views

urlpatterns = [
    path("box/", views.box, name="box"),
    path("box/now.json", views.box_now, name="box_now"),
]
