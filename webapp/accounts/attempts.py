"""The library that counts log-in attempts, under a name that administrators understand."""

from axes.apps import AppConfig as AxesConfig
from django.utils.translation import gettext_lazy as _


class AttemptsConfig(AxesConfig):  # type: ignore[misc]  # axes is untyped
    """Log-in attempts; deleting those of a name opens it again before its time."""

    verbose_name = _("Log-in attempts")
