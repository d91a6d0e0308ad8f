"""The worker's side of the lane: inference requests read from a Redis stream inside the Celery inference worker."""
