"""Addresses of what concerns one's own account."""

from django.contrib.auth import views as auth
from django.urls import path

from webapp.accounts import views
from webapp.accounts.forms import LogInForm

login = auth.LoginView.as_view(
    template_name="accounts/login.html", authentication_form=LogInForm, redirect_authenticated_user=True
)

urlpatterns = [
    path("login/", login, name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("password/", views.change_password, name="change_password"),
    path("keys/", views.keys, name="keys"),
    path("keys/<int:pk>/revoke/", views.revoke_key, name="revoke_key"),
    path("theme/", views.choose_theme, name="choose_theme"),
]
