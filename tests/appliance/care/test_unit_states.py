"""What is read from `systemctl show`."""

from appliance.care.unit_states import parsed

TEXT = """\
Id=bastide-web.service
LoadState=loaded
ActiveState=active
SubState=running
Result=success
NRestarts=2
MemoryCurrent=52428800
MainPID=117
ActiveEnterTimestampMonotonic=40000000
DropInPaths=/etc/systemd/system/bastide-web.service.d/override.conf

Id=bastide.target
LoadState=loaded
ActiveState=active
SubState=active
ActiveEnterTimestampMonotonic=10000000
DropInPaths=

Id=bastide-redis.service
LoadState=loaded
ActiveState=failed
SubState=failed
Result=exit-code
NRestarts=10
MemoryCurrent=[not set]
MainPID=0
ActiveEnterTimestampMonotonic=10000000
"""


def test_a_unit_is_read():
    web = parsed(TEXT, 100.0)[0]
    assert (web.short_name, web.restarts, web.memory_bytes, web.pid, web.uptime_s) == ("web", 2, 52428800, 117, 60.0)
    assert web.drop_ins == ("/etc/systemd/system/bastide-web.service.d/override.conf",)


def test_what_systemd_does_not_say_is_not_known():
    target = parsed(TEXT, 100.0)[1]
    assert (target.restarts, target.memory_bytes, target.pid, target.drop_ins) == (None, None, None, ())


def test_a_unit_that_does_not_run_has_no_time_that_it_runs():
    redis = parsed(TEXT, 100.0)[2]
    assert (redis.is_active, redis.uptime_s, redis.memory_bytes, redis.pid) == (False, None, None, None)


def test_the_largest_number_means_none():
    text = f"Id=bastide-web.service\nActiveState=active\nMemoryCurrent={2**64 - 1}\n"
    assert parsed(text, 1.0)[0].memory_bytes is None


def test_nothing_is_no_unit():
    assert parsed("", 1.0) == ()
