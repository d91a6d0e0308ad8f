"""Asks the box of this machine for predictions until /root/stop is there, as a client would, and prints what failed.

It runs inside a machine with nothing but Python: `asking.py KEY keep` on one connection, `close` on ever new ones.
"""

import http.client
import json
import socket
import ssl
import sys
import time
from pathlib import Path

NAME = "box.example"
STOP = Path("/root/stop")
PAUSE_S = 0.02
TIMEOUT_S = 30
ROW = {
    "island": "Dream",
    "bill_length_mm": 46.5,
    "bill_depth_mm": 17.9,
    "flipper_length_mm": 192,
    "body_mass_g": 3500,
    "sex": "female",
    "year": 2008,
}


class Connection(http.client.HTTPSConnection):
    """Reaches the box by TLS, under its name, on this machine."""

    tls = ssl.create_default_context()

    def connect(self):
        reached = socket.create_connection(("127.0.0.1", 443), TIMEOUT_S)
        self.sock = self.tls.wrap_socket(reached, server_hostname=NAME)


class Client:
    """Keeps a connection where it may. One that was closed while idle is no failure: every client opens another."""

    def __init__(self, key, *, keeps):
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._headers |= {} if keeps else {"Connection": "close"}
        self._keeps = keeps
        self._connection = None
        self.again = 0

    def ask(self):
        """Return why there was no prediction, or nothing."""
        is_fresh = self._connection is None
        try:
            return self._ask()
        except (http.client.RemoteDisconnected, BrokenPipeError) as error:
            self._connection = None
            if is_fresh:
                return repr(error)
            self.again += 1
            return self.ask()
        except (OSError, http.client.HTTPException) as error:
            self._connection = None
            return repr(error)

    def _ask(self):
        if self._connection is None:
            self._connection = Connection(NAME, timeout=TIMEOUT_S)
        body = json.dumps({"rows": [ROW]})
        self._connection.request("POST", "/api/v1/endpoints/penguins/predict", body, self._headers)
        response = self._connection.getresponse()
        content = response.read()
        if response.will_close or not self._keeps:
            self._connection.close()
            self._connection = None
        is_right = response.status == http.client.OK and b"Chinstrap" in content
        return "" if is_right else f"{response.status} {content[:300]!r}"


def main():
    key, mode = sys.argv[1:]
    Connection.tls.load_verify_locations("/etc/bastide/tls/authority.crt")
    client, asked, failed, slowest_s = Client(key, keeps=mode == "keep"), 0, [], 0.0
    while not STOP.exists():
        started_s = time.monotonic()
        if problem := client.ask():
            failed.append(problem)
        slowest_s = max(slowest_s, time.monotonic() - started_s)
        asked += 1
        time.sleep(PAUSE_S)
    print(json.dumps({"asked": asked, "failed": failed[:20], "again": client.again, "slowest_s": slowest_s}))


if __name__ == "__main__":
    main()
