"""The ASGI entry point: the gateway first, Django behind it."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django_application = get_asgi_application()

from django.conf import settings  # noqa: E402  # Django must be set up before models are imported

from webapp.gateway.application import Gateway  # noqa: E402  # as above

application = Gateway(django_application, settings.REDIS_SOCKET)
