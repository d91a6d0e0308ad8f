"""Settings come from the environment given, once."""

from pathlib import Path

from worker.settings import INSPECTION_MEMORY_MIN_BYTES, Settings

GIGABYTE = 10**9


def test_paths_come_from_the_environment():
    named = {"BASTIDE_MODELS_DIR": "/m", "BASTIDE_SPOOL_DIR": "/s", "BASTIDE_REDIS_SOCKET": "/r.sock"}
    settings = Settings.read(named, 8 * GIGABYTE)
    assert (settings.models_dir, settings.spool_dir, settings.redis_socket) == (Path("/m"), Path("/s"), Path("/r.sock"))


def test_doors_open_beside_redis_unless_they_have_their_own_directory():
    named = {"BASTIDE_REDIS_SOCKET": "/run/r.sock"}
    assert Settings.read(named, 8 * GIGABYTE).doors_dir == Path("/run")
    assert Settings.read({**named, "BASTIDE_DOORS_DIR": "/d"}, 8 * GIGABYTE).doors_dir == Path("/d")


def test_paths_default_to_the_data_directory_here():
    assert Settings.read({}, 8 * GIGABYTE).models_dir == Path("var/models").absolute()


def test_memory_is_a_share_of_the_machines():
    settings = Settings.read({}, 10 * GIGABYTE)
    assert settings.model_cache_bytes == 7.5 * GIGABYTE / 2
    assert settings.inspection_memory_bytes == 5 * GIGABYTE


def test_each_process_keeps_its_part_of_what_an_admin_allows():
    told = {"BASTIDE_MODEL_MEMORY": "3G", "BASTIDE_INFERENCE_PROCESSES": "4"}
    assert Settings.read(told, 10 * GIGABYTE).model_cache_bytes == 3 * 2**30 // 4


def test_a_batch_worker_keeps_no_more_than_half_of_the_machine():
    alone = {"BASTIDE_INFERENCE_PROCESSES": "1"}
    assert Settings.read(alone, 10 * GIGABYTE).batch_cache_bytes == 5 * GIGABYTE
    shared = Settings.read({}, 10 * GIGABYTE)
    assert shared.batch_cache_bytes == shared.model_cache_bytes < 5 * GIGABYTE


def test_an_inspection_takes_no_longer_than_an_admin_allows():
    assert Settings.read({}, GIGABYTE).inspection_timeout_s == 300
    assert Settings.read({"BASTIDE_INSPECTION_SECONDS": "20"}, GIGABYTE).inspection_timeout_s == 20


def test_an_inspection_has_room_for_the_libraries_on_a_small_machine():
    assert Settings.read({}, GIGABYTE).inspection_memory_bytes == INSPECTION_MEMORY_MIN_BYTES
