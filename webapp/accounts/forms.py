"""What people fill in about their own account."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _


class LogInForm(AuthenticationForm):
    """User name and password. Whether the name or the password is wrong is not told."""

    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": _("This user name and this password do not belong together. Capital letters count.")
    }


class KeyForm(forms.Form):
    """A new API key."""

    label = forms.CharField(
        label=_("What is it for?"),
        max_length=100,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
