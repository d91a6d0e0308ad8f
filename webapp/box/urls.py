"""Addresses of the page about the box."""

from django.urls import path

from webapp.box import views

urlpatterns = [
    path("box/", views.box, name="box"),
    path("box/now.json", views.box_now, name="box_now"),
]
