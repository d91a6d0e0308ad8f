"""The Celery application of the control plane: it records what the data plane found, and sends messages by name."""

import os

from celery import Celery
from django.conf import settings

from webapp.life import SignOfLife
from worker.contract import names

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

DAY_S = 24 * 3600

app = Celery("control", broker=f"redis+socket://{settings.REDIS_SOCKET}")  # type: ignore[no-untyped-call]  # Celery is untyped
app.conf.update(
    imports=("webapp.registry.tasks",),
    task_default_queue=names.QUEUE_CONTROL,
    task_ignore_result=True,
    task_acks_late=True,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=5,
    # An unacknowledged message comes back after this long; a shorter time would run slow tasks twice.
    broker_transport_options={"visibility_timeout": DAY_S, "socket_timeout": 30, "max_retries": 3, "interval_max": 0.2},
    task_publish_retry_policy={"max_retries": 3, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.2},
    timezone="UTC",
)
app.steps["consumer"].add(SignOfLife)
