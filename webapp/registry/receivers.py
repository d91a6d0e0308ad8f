"""What the registry records of its models beside what happens to their versions."""

from webapp.audit.changes import Told, watch_rows
from webapp.audit.memberships import access, watch
from webapp.audit.models import Action
from webapp.registry.models import CARD_TEXTS, RegisteredModel


def _whose(model: RegisteredModel) -> dict[str, str]:
    return {"model": model.name}


watch(RegisteredModel.maintainers.field, lambda model: access(**_whose(model)))
watch_rows(RegisteredModel, Told(names=("title", "description", "owner"), whose=_whose, changed=Action.MODEL_CHANGED))
watch_rows(RegisteredModel, Told(names=CARD_TEXTS, whose=_whose, changed=Action.CARD_WRITTEN))
