"""What people fill in about their own account."""

from django import forms
from django.utils.translation import gettext_lazy as _


class KeyForm(forms.Form):
    """A new API key."""

    label = forms.CharField(
        label=_("What is it for?"),
        max_length=100,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
