"""Talks to an ACME server: its directory, nonces, signed messages, and waiting for what it works at."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from appliance.errors import ApplianceError
from appliance.tls.acme.connecting import EXAMPLE, Answer, Place, Way
from appliance.tls.acme.problem import BAD_NONCE, TELL, kind_of, problem_of
from appliance.tls.acme.signing import public_jwk, signed

Document = Mapping[str, Any]

NONCES_MAX: Final = 25
"""A server that refuses more nonces one after the other than this has none that it takes."""

PATIENCE_S: Final = 90.0
"""How long the server may work at one certificate. The unit that renews is ended after two minutes."""

PAUSE_S_MIN: Final = 0.2
PAUSE_S_MAX: Final = 10.0


@dataclass(kw_only=True)
class Client:
    """One account at one server. `account` is the address of the account, once there is one."""

    way: Way
    address: str
    key: ec.EllipticCurvePrivateKey
    account: str | None = None
    _nonces: list[str] = field(default_factory=list)
    _end_s: float = field(default_factory=lambda: time.monotonic() + PATIENCE_S)

    @property
    def where(self) -> str:
        """The server as it stands in sentences."""
        return Place.of(self.address).text

    @cached_property
    def directory(self) -> Document:
        """What the server offers, and where. Raise when there is no ACME server at the address."""
        answer = self.way.ask("GET", self.address)
        found = self.document(answer) if answer.status == 200 else {}
        if any(not isinstance(found.get(name), str) for name in ("newNonce", "newAccount", "newOrder")):
            message = f"There is no ACME directory at {self.address}: it answers with status {answer.status}."
            raise ApplianceError(message, f"give the address of its directory, such as {EXAMPLE}")
        return found

    @property
    def meta(self) -> Document:
        """What the server says of itself."""
        meta = self.directory.get("meta")
        return meta if isinstance(meta, dict) else {}

    def post(self, url: str, payload: Document | None, *, asked: Iterable[str] = ()) -> Answer:
        """Return the answer to a signed message. Raise Problem where it is refused; `asked` are names it is about."""
        for _ in range(NONCES_MAX):
            answer = self.way.ask("POST", url, self._message(url, payload))
            self._keep_nonce(answer)
            if answer.status < 400:
                return answer
            problem = self._problem(answer)
            if kind_of(problem) != BAD_NONCE:
                raise problem_of(self.where, problem, asked=asked)
        message = f"The ACME server {self.where} took none of {NONCES_MAX} nonces of its own."
        raise ApplianceError(message, TELL)

    def get(self, url: str) -> Document:
        """Return a document of the account's."""
        return self.document(self.post(url, None))

    def waited_for(self, url: str, is_done: Callable[[Document], bool], what: str) -> Document:
        """Return the document once it is done. Raise when that takes too long."""
        pause_s = PAUSE_S_MIN
        while True:
            answer = self.post(url, None)
            found = self.document(answer)
            if is_done(found):
                return found
            asked_s = answer.headers.get("Retry-After", "")
            pause_s = float(asked_s) if asked_s.isdecimal() else min(2 * pause_s, PAUSE_S_MAX)
            if time.monotonic() + pause_s > self._end_s:
                message = f"The ACME server {self.where} is not done with {what} after {PATIENCE_S:.0f} seconds."
                raise ApplianceError(message, "type the same again later; the present certificate serves meanwhile")
            time.sleep(max(pause_s, PAUSE_S_MIN))

    def document(self, answer: Answer) -> Document:
        """Return what an answer says. Raise when that is no document."""
        try:
            found = json.loads(answer.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            message = f"What {self.where} answers is not what an ACME server says."
            raise ApplianceError(message, f"give the address of its directory, such as {EXAMPLE}")
        return found

    def text(self, found: Document, name: str) -> str:
        """Return a member of a document that must be there. Raise where it is not."""
        value = found.get(name)
        if not isinstance(value, str) or not value:
            message = f"The ACME server {self.where} says nothing of '{name}', which must be said."
            raise ApplianceError(message, TELL)
        return value

    def address_in(self, answer: Answer) -> str:
        """Return where what was made is found."""
        return self.text({"Location": answer.headers.get("Location")}, "Location")

    def _message(self, url: str, payload: Document | None) -> bytes:
        who = {"kid": self.account} if self.account else {"jwk": public_jwk(self.key)}
        protected = {**who, "nonce": self._nonce(), "url": url}
        return json.dumps(signed(self.key, protected, payload)).encode()

    def _nonce(self) -> str:
        if not self._nonces:
            answer = self.way.ask("HEAD", self.directory["newNonce"])
            self._keep_nonce(answer)
        if not self._nonces:
            message = f"The ACME server {self.where} gives out no nonce."
            raise ApplianceError(message, TELL)
        return self._nonces.pop()

    def _keep_nonce(self, answer: Answer) -> None:
        if nonce := answer.headers.get("Replay-Nonce"):
            self._nonces[:] = [nonce]

    def _problem(self, answer: Answer) -> Document:
        try:
            found = json.loads(answer.body)
        except ValueError:
            found = None
        if isinstance(found, dict) and ("type" in found or "detail" in found):
            return found
        return {"detail": f"it answers with status {answer.status} and no reason"}
