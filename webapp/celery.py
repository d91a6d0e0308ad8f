"""The Celery application of the control plane: it records what the data plane found, and sends messages by name."""

import os
from typing import Any

from celery import Celery, bootsteps
from celery.signals import worker_ready
from django.conf import settings

from webapp.life import SignOfLife
from worker.contract import names, service_manager
from worker.contract.queue_login import broker_url

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

DAY_S = 24 * 3600

app = Celery("control", broker=broker_url(settings.REDIS_SOCKET))  # type: ignore[no-untyped-call]  # Celery is untyped
app.conf.update(
    imports=(
        "webapp.jobs.tasks",
        "webapp.monitoring.tasks",
        "webapp.records.tasks",
        "webapp.registry.tasks",
        "webapp.retraining.tasks",
    ),
    task_default_queue=names.QUEUE_CONTROL,
    task_ignore_result=True,
    task_acks_late=True,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    worker_enable_remote_control=False,  # nobody commands it but systemd
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=5,
    # What a dead worker held is given back by its successor (`Recovery`), not by a clock.
    broker_transport_options={"visibility_timeout": DAY_S, "socket_timeout": 30, "max_retries": 3, "interval_max": 0.2},
    task_publish_retry_policy={"max_retries": 3, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.2},
    timezone="UTC",
)


class Recovery(bootsteps.StartStopStep):
    """Puts back into the queue what the control worker before this one had taken and not finished.

    There is one control worker: whatever is unacknowledged when it connects belongs to nobody.
    """

    requires: Any = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, parent: Any) -> None:  # noqa: ANN401  # Celery's consumer is untyped
        """Give back, before the first message is taken: the loop that takes them starts last."""
        channel = parent.connection.default_channel
        for tag in channel.client.zrange(channel.unacked_index_key, 0, -1):
            channel.qos.restore_by_tag(tag, channel.client)


app.steps["consumer"].add(Recovery)
app.steps["consumer"].add(SignOfLife)


@worker_ready.connect  # type: ignore[untyped-decorator]  # Celery is untyped
def tell_ready(**_: object) -> None:
    """Tell whoever started this worker that it takes messages."""
    service_manager.tell_ready()
