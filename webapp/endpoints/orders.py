"""What somebody orders: which version is to play which part behind an endpoint, and why."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_noop

from webapp.accounts.models import User
from webapp.endpoints.errors import OrderError
from webapp.endpoints.models import DeploymentRole
from webapp.endpoints.phrases import Phrase
from webapp.registry.models import ModelVersion

WHOLE: Final = 100
SHARES: Final = {
    DeploymentRole.CHAMPION: range(WHOLE, WHOLE + 1),
    DeploymentRole.CHALLENGER: range(1, WHOLE),
    DeploymentRole.SHADOW: range(1, WHOLE + 1),
}
WRONG_SHARE: Final = gettext_noop("A %(role)s takes a share of %(least)d to %(most)d %%, not %(share)d %%.")
CHOOSE_SHARE: Final = gettext_noop("Name a whole number of percent within these bounds.")
LOAD_MAX: Final = 1_000_000
WRONG_LOAD: Final = gettext_noop("An endpoint cannot expect %(load)s requests a second.")
CHOOSE_LOAD: Final = gettext_noop("Name a number from 0 to a million.")
NO_REASON: Final = gettext_noop("An override needs a reason.")
SAY_WHY: Final = gettext_noop("Say in a sentence why it is deployed all the same; it is recorded.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """`override` overrules a signature that differs and, for an admin, memory or cores that do not suffice.

    `expected_per_s` is the load that the endpoint is expected to bear from now on, None where that stays as it is.
    """

    version: ModelVersion
    by: User
    role: DeploymentRole = DeploymentRole.CHAMPION
    share: int = WHOLE
    reason: str = ""
    override: bool = False
    expected_per_s: float | None = None

    def check(self) -> None:
        """Raise OrderError if the share does not go with the role or an override lacks its reason."""
        shares = SHARES[self.role]
        if self.share not in shares:
            facts = {"role": self.role.value, "least": shares[0], "most": shares[-1], "share": self.share}
            raise OrderError(Phrase(WRONG_SHARE, facts), Phrase(CHOOSE_SHARE))
        if self.expected_per_s is not None and not 0 <= self.expected_per_s <= LOAD_MAX:
            raise OrderError(Phrase(WRONG_LOAD, {"load": f"{self.expected_per_s:g}"}), Phrase(CHOOSE_LOAD))
        if self.override and not self.reason.strip():
            raise OrderError(Phrase(NO_REASON), Phrase(SAY_WHY))
