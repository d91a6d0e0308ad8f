"""What the registry records of who may do what."""

from webapp.audit.memberships import access, watch
from webapp.registry.models import RegisteredModel

watch(RegisteredModel.maintainers.through, "maintainers", lambda model: access(model=model.name))
