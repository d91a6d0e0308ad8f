"""The Celery app of the data plane. Light to import: no model library is loaded before there is work for it."""

from typing import Any, Final

from celery import Celery, bootsteps
from celery.signals import celeryd_init, worker_ready

from worker.contract import service_manager
from worker.contract.names import QUEUE_INFERENCE, QUEUE_JOBS, TASK_COMPARE_VERSIONS, TASK_INSPECT, TASK_PING
from worker.contract.queue_login import broker_url
from worker.life import SignOfLife
from worker.monitoring.record_thread import RecordStep
from worker.settings import SETTINGS

DAY_S: Final = 86_400

app: Any = Celery(  # type: ignore[no-untyped-call]  # Celery is untyped
    "worker",
    broker=broker_url(SETTINGS.redis_socket),
    include=[
        *("worker.tasks", "worker.batch.tasks", "worker.retraining.tasks"),
        *("worker.monitoring.tasks", "worker.monitoring.record_tasks"),
    ],
    fixups=[],  # the one there is loads Django wherever DJANGO_SETTINGS_MODULE is set
    set_as_current=False,
)
app.conf.update(
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_acks_late=True,
    # A task whose process died is given back; `worker.inspection.deliveries` ends the loop that this alone would be.
    task_reject_on_worker_lost=True,
    task_default_queue=QUEUE_JOBS,
    task_routes={task: {"queue": QUEUE_JOBS} for task in (TASK_INSPECT, TASK_COMPARE_VERSIONS, TASK_PING)},
    worker_prefetch_multiplier=1,
    worker_send_task_events=False,
    worker_enable_remote_control=False,  # nobody commands it but systemd
    worker_cancel_long_running_tasks_on_connection_loss=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        # What a dead worker held is given back by its successor (`Recovery`), not by a clock.
        "visibility_timeout": DAY_S,
        "unacked_key": "bastide:worker:unacked",
        "unacked_index_key": "bastide:worker:unacked_index",
        "unacked_mutex_key": "bastide:worker:unacked_mutex",
    },
)


class Recovery(bootsteps.StartStopStep):
    """Puts back into the queue what the jobs worker before this one had taken and not finished.

    There is one jobs worker: whatever is unacknowledged when it connects belongs to nobody. The inference workers take
    only pings from Celery, and one that runs twice does no harm.
    """

    requires: Any = ("celery.worker.consumer.tasks:Tasks",)

    def include_if(self, parent: Any) -> bool:  # noqa: ANN401  # Celery's consumer is untyped
        """Recover where jobs are consumed."""
        return QUEUE_JOBS in parent.app.amqp.queues.consume_from

    def start(self, parent: Any) -> None:  # noqa: ANN401  # Celery's consumer is untyped
        """Give back, before the first message is taken: the loop that takes them starts last."""
        channel = parent.connection.default_channel
        for tag in channel.client.zrange(channel.unacked_index_key, 0, -1):
            channel.qos.restore_by_tag(tag, channel.client)


app.steps["consumer"].add(Recovery)
app.steps["consumer"].add(SignOfLife)
app.steps["worker"].add(RecordStep)


@worker_ready.connect  # type: ignore[untyped-decorator]  # Celery is untyped
def tell_ready(**_: object) -> None:
    """Tell whoever started this worker that it takes messages."""
    service_manager.tell_ready()


@celeryd_init.connect  # type: ignore[untyped-decorator]  # Celery is untyped
def add_lane(options: dict[str, Any], **_: object) -> None:
    """Serve the lane where the inference queue is consumed; only there are the model libraries imported."""
    if QUEUE_INFERENCE in _named_queues(options):
        from worker.lane.bootstep import LaneStep  # noqa: PLC0415  # keeps the other workers light

        app.steps["worker"].add(LaneStep)


def _named_queues(options: dict[str, Any]) -> list[str]:
    named = options.get("queues") or []
    return named.split(",") if isinstance(named, str) else list(named)
