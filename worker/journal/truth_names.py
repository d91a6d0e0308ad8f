"""How truths name rows by a feature of which the journal keeps but a hash: by the same hash, never by the value."""

from collections.abc import Collection, Iterable

import msgspec

from worker.contract.signature import Feature, FeatureType, Signature
from worker.contract.truth import BY_FEATURE, Truth
from worker.journal.columns import hash_of
from worker.journal.truth import BY_HASH
from worker.tables.columns import column_array


def as_kept(truths: Iterable[Truth], signature: Signature, hashed: Collection[str], key: bytes) -> list[Truth]:
    """Return truths as they are kept: those by a feature that is `hashed` by the hash of its value."""
    features = {each.name: each for each in signature.features}
    kept = []
    for each in truths:
        if each.by != BY_FEATURE or each.name not in hashed:
            kept.append(each)
            continue
        feature = features.get(each.name)
        value = each.key if feature is None else _read(feature, each.key)
        kept.append(msgspec.structs.replace(each, by=BY_HASH, key=hash_of(value, key)))
    return kept


def _read(feature: Feature, text: str) -> object:
    """Return what somebody wrote as it stood in the column that was hashed; else the text itself."""
    value: object = text
    try:
        if feature.type in {FeatureType.NUMBER, FeatureType.INTEGER}:
            value = float(text)
        elif feature.type is FeatureType.BOOLEAN and text.lower() in {"true", "false"}:
            value = text.lower() == "true"
        (read,) = column_array(feature, [value]).tolist()
    except (ValueError, OverflowError):
        return text
    return read if read == value else text
