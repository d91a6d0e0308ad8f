"""What the tests of the control plane build: people, a model with its files, an endpoint that answers."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from webapp.accounts.models import Role, User, everyone
from webapp.endpoints.deploying import deploy
from webapp.endpoints.models import Endpoint
from webapp.endpoints.orders import Order
from webapp.registry import publishing
from webapp.registry.models import ModelVersion
from webapp.registry.publishing import Submission
from worker.contract.inspection import InspectionOutcome, Publication
from worker.contract.manifest import Engine, Manifest, Quality
from worker.contract.signature import Feature, FeatureType, Output, OutputKind, Signature

NOON: Final = datetime(2025, 11, 17, 12, tzinfo=UTC)
PASSWORD: Final = "correct-horse-battery"

SPECIES: Final = Signature(
    features=(
        Feature(name="bill_mm", type=FeatureType.NUMBER, required=False, minimum=32.1, maximum=59.6, unit="mm"),
        Feature(name="island", type=FeatureType.CATEGORY, categories=("Biscoe", "Dream")),
        Feature(name="year", type=FeatureType.INTEGER, minimum=2007, maximum=2009),
        Feature(name="ringed", type=FeatureType.BOOLEAN, required=False),
        Feature(name="note", type=FeatureType.TEXT, required=False),
    ),
    output=Output(kind=OutputKind.CLASS, name="species", labels=("Adelie", "Gentoo"), probabilities=True),
)

PRICE: Final = Signature(
    features=(Feature(name="carat", type=FeatureType.NUMBER, minimum=0.2, maximum=5.0),),
    output=Output(kind=OutputKind.NUMBER, name="price", unit="USD"),
)


def add_user(name: str, role: Role = Role.USER) -> User:
    """Return a new user who may log in with `PASSWORD`."""
    return User.objects.create_user(name, password=PASSWORD, role=role)


def manifest(signature: Signature = SPECIES, **changes: Any) -> Manifest:
    """Return what an inspection might have found."""
    example = {"bill_mm": 46.1, "island": "Biscoe", "year": 2007, "ringed": True, "note": None}
    known: dict[str, Any] = {
        "format": "skops",
        "engine": Engine.ONNX,
        "engine_reason": "onnxruntime: the answers agree",
        "signature": signature,
        "example": example if signature is SPECIES else {"carat": 0.7},
        "quality": (Quality(name="accuracy", value=0.991), Quality(name="log_loss", value=0.04235)),
        "quality_rows": 115,
        "estimator": "LogisticRegression",
    }
    return Manifest(**(known | changes))


def submission(directory: Path, name: str = "penguins", artifact: bytes = b"a model") -> Submission:
    """Return real files that wait to be published."""
    directory.mkdir(exist_ok=True)
    (directory / "model.skops").write_bytes(artifact)
    (directory / "reference.csv").write_text("bill_mm,island\n46.1,Biscoe\n")
    return Submission(
        name=name,
        title=name.capitalize(),
        description=f"About {name}.",
        artifact=directory / "model.skops",
        reference=directory / "reference.csv",
        publication=Publication(target="species"),
    )


def inspected(version: ModelVersion, **changes: Any) -> InspectionOutcome:
    """Return the outcome that accepts a version."""
    known: dict[str, Any] = {"inspection_id": version.inspection_id, "version_id": version.pk, "manifest": manifest()}
    return InspectionOutcome(**(known | changes))


def deployed_endpoint(publisher: User, name: str = "penguins", signature: Signature = SPECIES) -> Endpoint:
    """Return an endpoint for everyone with a ready version behind it; its files are not in the store."""
    model = publisher.models.create(name=name, title=name.capitalize(), description=f"About {name}.")
    version = model.versions.create(
        number=1,
        digest=f"{name}-digest",
        inspection_id=f"{name}-inspection",
        created_by=publisher,
        publication_json=msgspec.to_builtins(Publication()),
    )
    version.mark_ready(manifest(signature))
    endpoint = Endpoint.objects.create(name=name, title=model.title, description=model.description)
    endpoint.groups.add(everyone())
    deploy(endpoint, Order(version=version, by=publisher), NOON)
    return endpoint


def publish_and_accept(user: User, directory: Path) -> ModelVersion:
    """Return a version that went the whole way into the store."""
    version = publishing.publish(user, submission(directory))
    publishing.record(inspected(version))
    version.refresh_from_db()
    return version
