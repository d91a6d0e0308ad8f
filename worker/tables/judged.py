"""What is known of one column of a file after it was held against its feature."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from worker.tables.table import Column

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Judged:
    """The values of a column, which rows are wrong, and which lie outside the range of the feature.

    `wrong` and `outside` are None where no row is. Where a row is wrong its value means nothing.
    """

    values: Column
    wrong: Mask | None = None
    outside: Mask | None = None


def some(mask: Mask) -> Mask | None:
    """Return the mask if it has any row."""
    return mask if mask.any() else None
