"""The messages of an inspection: control asks by name, the data plane answers by name."""

from typing import Any, Final

import msgspec

from worker.contract.manifest import Manifest
from worker.contract.words import Words

ARTIFACT: Final = "artifact"
REFERENCE: Final = "reference"
"""Names without endings: what a file is, its content says."""

GRAPH: Final = "model.onnx"
CONVERTED: Final = "model.skops"
PROFILE: Final = "profile.json"
PRODUCED_BYTES_MAX: Final = 2_000_000_000
"""The largest file that an inspection may make: what an ONNX graph can be."""

PRODUCED: Final = (GRAPH, CONVERTED, PROFILE)
"""What an inspection may leave in the outbox and the store beside the published files; nothing else is taken."""

SKLEARN_FILES: Final = (ARTIFACT, CONVERTED, "")
"""What a manifest may name as the file that scikit-learn loads, or none."""


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """What a publisher says about a model, beside the artifact and the reference data.

    `positive_label` is the class, as text, whose probability AUC and calibration are about. `mlflow_run`: the
    MLflow run that it came from, an id or an address.
    """

    target: str | None = None
    output_name: str = ""
    output_unit: str = ""
    units: dict[str, str] = {}
    categories: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    positive_label: str = ""
    mlflow_run: str = ""


class InspectionRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`worker.inspect`: look at `inbox/<inspection_id>/` and answer in `outbox/<inspection_id>/`.

    The inbox holds `artifact` and `reference`. The worker never takes a path from a message. `pickles_allowed`: an
    admin lets this publisher hand over pickles, which are opened here only, and converted.
    """

    inspection_id: str
    version_id: int
    publication: Publication
    pickles_allowed: bool = False


class InspectionOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """`control.record_inspection`: a manifest, or the reason for refusal in one sentence with a hint.

    Both are English; their words beside them can be said in the reader's language. `digests` are the SHA-256 of the
    `files`, taken when every process of the inspection had ended.
    """

    inspection_id: str
    version_id: int
    manifest: Manifest | None = None
    files: tuple[str, ...] = ()
    digests: dict[str, str] = {}
    reason: str = ""
    hint: str = ""
    reason_words: Words | None = None
    hint_words: Words | None = None
    facts: dict[str, Any] = {}
