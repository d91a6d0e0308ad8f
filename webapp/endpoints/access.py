"""What somebody may change of endpoints and versions: one answer for pages and API.

Absent and not yours are the same; what one may only use is refused.
"""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404

from webapp.accounts.models import User
from webapp.endpoints.models import Endpoint
from webapp.registry.models import ModelVersion, RegisteredModel


def managed_endpoint(user: User | AnonymousUser, name: str) -> Endpoint:
    """Return an endpoint that `user` may change. Raise PermissionDenied for one that they may use, else Http404."""
    found = Endpoint.objects.filter(name=name).first()
    if found is not None and found.may_be_managed_by(user):
        return found
    if Endpoint.objects.visible_to(user).filter(name=name).exists():
        raise PermissionDenied
    raise Http404


def managed_version(user: User | AnonymousUser, model: str, number: int) -> ModelVersion:
    """Return a version that `user` manages. Raise PermissionDenied for one that they may see, else Http404."""
    visible = RegisteredModel.objects.visible_to(user)
    versions = ModelVersion.objects.select_related("model").filter(model__in=visible, model__name=model)
    version = get_object_or_404(versions, number=number)
    if not RegisteredModel.objects.manageable_by(user).filter(pk=version.model_id).exists():
        raise PermissionDenied
    return version
