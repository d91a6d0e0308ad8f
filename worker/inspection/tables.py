"""Reference values as the tables that models are asked."""

import numpy as np
import polars as pl

from worker.contract.signature import Signature
from worker.tables.columns import column_array, is_all_numbers
from worker.tables.table import Table


def to_table(values: pl.DataFrame, signature: Signature) -> Table:
    """Return typed reference values as the online path would hand them to the model."""
    columns = tuple(column_array(feature, values[feature.name].to_list()) for feature in signature.features)
    return Table.from_matrix(np.column_stack(columns)) if is_all_numbers(signature) else Table(columns, values.height)
