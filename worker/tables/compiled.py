"""The fast way to read JSON rows: a decoder made for one signature, which gives up at the slightest doubt.

Whatever it returns is right. When it returns None the careful reader decides, and says what is wrong.
"""

import re
from typing import Annotated, Any, Final, Literal

import msgspec

from worker.contract.signature import INTEGER_MAX, Feature, FeatureType, Signature

Row = tuple[Any, ...]

ENVELOPE_START: Final = re.compile(rb'\s*\{\s*"rows"\s*:\s*\[\s*([\[{])')

_UNUSUAL: Final = re.compile(r'[\\"\x00-\x1f]')
"""Characters that msgspec does not take in the name of a field: such features are read carefully."""

_Number = Annotated[float, msgspec.Meta(gt=-float(INTEGER_MAX), lt=float(INTEGER_MAX))]
"""An integer literal beyond this would be rounded without a word; what is larger is left to the careful reader."""

_Integer = Annotated[int, msgspec.Meta(ge=-INTEGER_MAX, le=INTEGER_MAX)]


def _wire_type(feature: Feature) -> Any:  # noqa: ANN401  # a type made at run time
    if feature.type is FeatureType.CATEGORY and feature.categories:
        return Literal[feature.categories]
    by_type = {FeatureType.NUMBER: _Number, FeatureType.INTEGER: _Integer, FeatureType.BOOLEAN: bool}
    return by_type.get(feature.type, str)


def _list_type(feature: Feature) -> Any:  # noqa: ANN401  # a type made at run time
    return _wire_type(feature) if feature.required else _wire_type(feature) | None


def _object_field(index: int, feature: Feature) -> Any:  # noqa: ANN401  # what defstruct takes
    if feature.required:
        return (f"f{index}", _wire_type(feature))
    return (f"f{index}", _wire_type(feature) | None | msgspec.UnsetType, msgspec.UNSET)


def _object_type(signature: Signature) -> type[msgspec.Struct]:
    features = signature.features
    return msgspec.defstruct(
        "ObjectRow",
        [_object_field(index, feature) for index, feature in enumerate(features)],
        rename={f"f{index}": feature.name for index, feature in enumerate(features)},
        forbid_unknown_fields=True,
        kw_only=True,
        gc=False,
    )


def _envelope(row_type: Any) -> msgspec.json.Decoder[Any]:  # noqa: ANN401  # a type made at run time
    fields = [("rows", list[row_type])]
    return msgspec.json.Decoder(msgspec.defstruct("Envelope", fields, forbid_unknown_fields=True))


class CompiledRows:
    """Decodes `{"rows": [...]}` of one signature, rows as objects or as lists."""

    def __init__(self, signature: Signature) -> None:
        features = signature.features
        plain = all(_UNUSUAL.search(feature.name) is None for feature in features)
        self._objects = _envelope(_object_type(signature)) if plain else None
        self._lists = _envelope(tuple[tuple(_list_type(feature) for feature in features)])  # type: ignore[misc]  # made at run time
        self._name_colons = tuple(1 + feature.name.count(":") for feature in features)
        self._row_colons = sum(self._name_colons)
        self._strings = tuple(index for index, feature in enumerate(features) if _may_hold_colons(feature))
        self._has_optional = not all(feature.required for feature in features)

    def read(self, body: bytes) -> list[Row] | None:
        """Return the rows, values in the order of the signature and None for missing, or None in case of doubt."""
        start = ENVELOPE_START.match(body)
        if start is None:
            return None
        try:
            if start[1] == b"[":
                rows: list[Row] = self._lists.decode(body).rows
                return rows if self._colons(rows) == body.count(b":") and b"\\u003" not in body else None
            return None if self._objects is None else self._object_rows(self._objects.decode(body).rows, body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None

    def _object_rows(self, objects: list[msgspec.Struct], body: bytes) -> list[Row] | None:
        rows = list(map(msgspec.structs.astuple, objects))
        # The decoder keeps the last of two equal keys. Each key has one colon and all other colons are known, so a
        # count of colons finds a second key for certain, unless one is written as an escape.
        expected = self._colons(rows) + self._row_colons * len(rows)
        if not self._has_optional:
            return rows if expected == body.count(b":") and b"\\u003" not in body else None
        for row in rows:
            expected -= sum(self._name_colons[index] for index, value in enumerate(row) if value is msgspec.UNSET)
        if expected != body.count(b":") or b"\\u003" in body:
            return None
        return [tuple(None if value is msgspec.UNSET else value for value in row) for row in rows]

    def _colons(self, rows: list[Row]) -> int:
        """Return how many colons the envelope and the string values have."""
        colons = 1
        for index in self._strings:
            colons += sum(row[index].count(":") for row in rows if isinstance(row[index], str))
        return colons


def _may_hold_colons(feature: Feature) -> bool:
    if feature.type is FeatureType.TEXT or (feature.type is FeatureType.CATEGORY and not feature.categories):
        return True
    return any(":" in category for category in feature.categories or ())
