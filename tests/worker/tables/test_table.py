"""Tables: columns, matrices, concatenation."""

import numpy as np
import pytest

from worker.tables.table import Table


def test_columns_of_a_matrix_are_its_columns_in_order():
    table = Table.from_matrix(np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert [column.tolist() for column in table.columns] == [[1.0, 3.0], [2.0, 4.0]]


def test_concatenated_matrices_stay_one_matrix():
    tables = [Table.from_matrix(np.full((rows, 2), float(rows))) for rows in (1, 2)]
    joined = Table.concatenate(tables)
    assert joined.row_count == 3
    assert joined.matrix is not None
    assert joined.matrix.tolist() == [[1.0, 1.0], [2.0, 2.0], [2.0, 2.0]]


def test_concatenated_columns_keep_their_types_and_order():
    first = Table((np.array([1], dtype=np.int64), np.array(["a"], dtype=object)), 1)
    second = Table((np.array([2], dtype=np.int64), np.array([None], dtype=object)), 1)
    joined = Table.concatenate([first, second])
    assert [column.tolist() for column in joined.columns] == [[1, 2], ["a", None]]
    assert [column.dtype for column in joined.columns] == [np.int64, object]
    assert joined.row_count == 2


@pytest.mark.parametrize("table", [Table((np.arange(3.0),), 3), Table.from_matrix(np.arange(3.0).reshape(3, 1))])
def test_a_slice_has_the_rows_asked_for(table: Table):
    part = table.slice(1, 9)
    assert part.row_count == 2
    assert part.columns[0].tolist() == [1.0, 2.0]
