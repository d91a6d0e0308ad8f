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
NO_REASON: Final = gettext_noop("An override needs a reason.")
SAY_WHY: Final = gettext_noop("Say in a sentence why it is deployed all the same; it is recorded.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """`override` overrules a signature that differs and, for an admin, memory that does not suffice."""

    version: ModelVersion
    by: User
    role: DeploymentRole = DeploymentRole.CHAMPION
    share: int = WHOLE
    reason: str = ""
    override: bool = False

    def check(self) -> None:
        """Raise OrderError if the share does not go with the role or an override lacks its reason."""
        shares = SHARES[self.role]
        if self.share not in shares:
            facts = {"role": self.role.value, "least": shares[0], "most": shares[-1], "share": self.share}
            raise OrderError(Phrase(WRONG_SHARE, facts), Phrase(CHOOSE_SHARE))
        if self.override and not self.reason.strip():
            raise OrderError(Phrase(NO_REASON), Phrase(SAY_WHY))
