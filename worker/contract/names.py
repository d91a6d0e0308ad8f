"""Names that both planes use on Redis: queues, tasks, keys."""

from typing import Final

QUEUE_INFERENCE: Final = "worker.inference"
QUEUE_JOBS: Final = "worker.jobs"
QUEUE_RECORDS: Final = "worker.records"
"""Questions about rows that a person waits for: the jobs worker answers them beside whatever else it does."""

QUEUE_BATCH: Final = "worker.batch"
QUEUE_CONTROL: Final = "control"

TASK_INSPECT: Final = "worker.inspect"
TASK_COMPARE_VERSIONS: Final = "worker.compare_versions"
TASK_PLAN_JOB: Final = "worker.plan_job"
TASK_SCORE_CHUNK: Final = "worker.score_chunk"
TASK_ASSEMBLE_JOB: Final = "worker.assemble_job"
TASK_MONITOR: Final = "worker.monitor"
TASK_TAKE_TRUTH: Final = "worker.take_truth"
TASK_KEEP_JOURNAL: Final = "worker.keep_journal"
TASK_FIND_ROWS: Final = "worker.find_rows"
TASK_FORGET_ROWS: Final = "worker.forget_rows"
TASK_READ_TRUTH_FILE: Final = "worker.read_truth_file"
TASK_EXPORT_ROWS: Final = "worker.export_rows"
TASK_REPLAY: Final = "worker.replay"
TASK_PING: Final = "worker.ping"
TASK_RECORD_INSPECTION: Final = "control.record_inspection"
TASK_RECORD_COMPARISON: Final = "control.record_comparison"
TASK_RECORD_PLAN: Final = "control.record_plan"
TASK_RECORD_CHUNK: Final = "control.record_chunk"
TASK_RECORD_RESULT: Final = "control.record_result"
TASK_RECORD_MONITORING: Final = "control.record_monitoring"
TASK_RECORD_TRUTH: Final = "control.record_truth"
TASK_RECORD_EXPORT: Final = "control.record_export"
TASK_RECORD_REPLAY: Final = "control.record_replay"
TASK_RECORD_JOURNALS: Final = "control.record_journals"
TASK_RECORD_FORGOTTEN: Final = "control.record_forgotten"
TASK_RECORD_TRUTH_FILE: Final = "control.record_truth_file"
TASK_TEND_JOBS: Final = "control.tend_jobs"

LANE: Final = "bastide:lane"
"""The stream of coalesced inference requests, fields `b` (a `LaneBatch`)."""

LANE_SUSPECTS: Final = "bastide:lane:suspects"
"""The stream of single requests whose first delivery ended with the death of a worker."""

LANE_PRIMARY: Final = "bastide:lane:primary"
"""The consumer that reads the lane at once; the others stand by. One warm process answers faster than two in turn."""

LANE_HELP: Final = "bastide:lane:help"
"""A stream of one entry: gateways add to it when a batch takes long; workers that stand by then read the lane."""


def door(consumer: str) -> str:
    """Return the name of the socket, beside that of Redis, where this consumer takes batches without Redis."""
    return f"lane-{consumer}.sock"


LANE_GROUP: Final = "inference"
LANE_FIELD: Final = b"b"

REPLY_PREFIX: Final = "bastide:reply:"
"""Followed by the gateway's id: the list on which that gateway process waits for its answers."""

ALIVE: Final = "bastide:alive"
"""Exists while at least one inference worker lives."""

ALIVE_PREFIX: Final = "bastide:alive:"
"""Followed by a consumer's name: exists while that worker lives."""

ALIVE_TTL_MS: Final = 1000
ALIVE_REFRESH_S: Final = 0.25

LIFE_PREFIX: Final = "bastide:life:"
"""Followed by a queue, a colon and a name: exists while that Celery worker takes messages from that queue."""

LIFE_REFRESH_S: Final = 5
LIFE_TTL_MS: Final = 15_000
LIFE_BUSY_TTL_MS: Final = 600_000
"""No task takes longer."""

ROUTING_STAMP: Final = "bastide:routing"
"""A counter that moves whenever an endpoint, a deployment, a key or a permission changes."""

DEPLOYED: Final = "bastide:deployed"
"""A JSON list of the digests behind live endpoints, set by the gateways: workers load them before they are asked."""

WARM: Final = "bastide:warm"
"""A JSON list of the deployed digests that the primary worker has loaded, as far as they can be, kept fresh by it."""

WARM_TTL_MS: Final = 2000

PONG_PREFIX: Final = "bastide:pong:"
"""Followed by the token of a `worker.ping`: the list on which the asker waits for the sign that tasks run."""
