"""Tells whether somebody waits behind what the jobs worker does now."""

import logging

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from worker.app import app
from worker.contract.names import QUEUE_JOBS
from worker.journal.turn import WANTED

logger = logging.getLogger(__name__)


def somebody_waits() -> bool:
    """Return whether a message lies in the queue of jobs, or a deletion waits for its turn."""
    if WANTED.is_set():
        return True
    try:
        with app.pool.acquire(block=True) as connection:
            waiting: int = connection.default_channel.client.llen(QUEUE_JOBS)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("Whether somebody waits is not known, as Redis does not answer: %s", error)
        return False
    return waiting > 0
