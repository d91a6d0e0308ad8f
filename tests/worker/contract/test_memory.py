"""How much memory is for models."""

import pytest

from worker.contract.memory import for_models, parse_size, total_bytes

GIB = 1 << 30


@pytest.mark.parametrize(
    ("text", "size"), [("3G", 3 * GIB), (" 512m ", 512 << 20), ("1024", 1024), ("7K", 7168), ("2MiB", 2 << 20)]
)
def test_a_size_is_read(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "three", "-1G", "1.5G", "1T", "G"])
def test_what_is_no_size_is_refused_by_name(text):
    with pytest.raises(ValueError, match=f"got '{text}'"):
        parse_size(text)


@pytest.mark.parametrize(("total", "models"), [(1, 0.25), (2, 1), (4, 3), (8, 6), (32, 24)])
def test_a_reserve_is_kept_and_a_quarter_is_for_models_at_least(total, models):
    assert for_models(total * GIB) == models * GIB


def test_the_machine_has_memory():
    assert total_bytes() > GIB / 4
