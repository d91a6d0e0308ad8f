"""How gunicorn serves the site and the gateway."""

import os

bind = f"{os.environ.get('BASTIDE_HOST', '127.0.0.1')}:{os.environ.get('BASTIDE_PORT', '8000')}"
workers = int(os.environ.get("BASTIDE_WEB_PROCESSES", "2"))
worker_class = "webapp.server.Worker"
worker_tmp_dir = "/dev/shm"  # noqa: S108  # gunicorn's heartbeat file; on a disk its fsync could stall a worker
preload_app = True  # a broken release fails at the start, and the processes share their memory
keepalive = 75
graceful_timeout = 15
accesslog = None  # the online path is measured by /metrics; a line a request would cost more than the routing
control_socket_disable = True
