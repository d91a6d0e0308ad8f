"""The ASGI entry point: the gateway first, Django behind it."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402  # Django must be set up before models are imported

from webapp.gateway.application import Gateway  # noqa: E402  # as above
from webapp.uploads import BoundedHandler  # noqa: E402  # as above

application = Gateway(BoundedHandler(), settings.REDIS_SOCKET, settings.DOORS_DIR)
