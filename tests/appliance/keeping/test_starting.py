"""How a service starts anew, and when it is given up; and what starts after the services of another release."""

import pytest

from appliance import command
from appliance.errors import ApplianceError
from appliance.installing import units
from appliance.keeping import starting, switching

SHOWN = "InvocationID={}\nActiveState={}\nSubState={}\n"
RUNS = SHOWN.format("former", "active", "running")
ENDS = SHOWN.format("former", "deactivating", "stop-sigterm")
STARTS = SHOWN.format("other", "activating", "start")
READY = SHOWN.format("other", "active", "running")
STARTS_AGAIN = SHOWN.format("other", "activating", "auto-restart")
FAILED = SHOWN.format("other", "failed", "failed")


@pytest.fixture
def typed(monkeypatch):
    """What is typed, and what systemctl says to `show`, each time one thing more, the last one for ever."""
    argvs: list[str] = []
    answers: list[str] = []

    def run(argv, **_):
        argvs.append(" ".join(argv))
        if argv[0] == "journalctl":
            return "its last words"
        return answers.pop(0) if "show" in argv and len(answers) > 1 else (answers or [""])[0]

    monkeypatch.setattr(command, "run", run)
    monkeypatch.setattr(starting, "POLL_S", 0)

    def tell(*told):
        answers[:] = told
        return argvs

    return tell


def test_a_service_that_says_that_it_is_ready_has_started(typed):
    argvs = typed(RUNS, RUNS, ENDS, STARTS, READY)
    starting.start_anew("bastide-web.service", 60)
    assert "systemctl restart --no-block bastide-web.service" in argvs
    assert not [each for each in argvs if "kill" in each]


@pytest.mark.parametrize("end", [STARTS_AGAIN, FAILED])
def test_one_that_ends_is_given_up_at_once(typed, end):
    argvs = typed(RUNS, ENDS, STARTS, end)
    with pytest.raises(ApplianceError, match="does not start:\nits last words"):
        starting.start_anew("bastide-web.service", 60)
    assert "systemctl kill --signal=SIGKILL bastide-web.service" in argvs


def test_one_that_hangs_is_given_up_when_its_time_is_over(typed):
    argvs = typed(RUNS, ENDS, STARTS)
    with pytest.raises(ApplianceError, match="does not start"):
        starting.start_anew("bastide-web.service", 0)
    assert "systemctl kill --signal=SIGKILL bastide-web.service" in argvs


def test_the_time_of_a_start_begins_with_it(typed):
    typed(RUNS, *[ENDS] * 50, STARTS, READY)
    starting.start_anew("bastide-web.service", 60)


@pytest.mark.parametrize(("took_s", "patience_s"), [(1, 4), (4, 12), (60, 90)])
def test_a_start_may_take_three_times_as_long_as_the_former(typed, took_s, patience_s):
    began_us = 5_000_000
    ready_us = began_us + took_s * 1_000_000
    typed(f"InactiveExitTimestampMonotonic={began_us}\nActiveEnterTimestampMonotonic={ready_us}\n")
    assert starting.patience_s("bastide-web.service") == patience_s


@pytest.mark.parametrize(("began_us", "ready_us"), [("0", ""), ("9000000", "7000000")])
def test_a_service_that_never_ran_or_does_not_run_is_given_the_most(typed, began_us, ready_us):
    typed(f"InactiveExitTimestampMonotonic={began_us}\nActiveEnterTimestampMonotonic={ready_us}\n")
    assert starting.patience_s("bastide-web.service") == starting.PATIENCE_MAX_S


def test_what_is_new_starts_and_the_way_out_runs_the_new_code(typed):
    argvs = typed("")
    assert switching.settle(set()) == []
    assert argvs == ["systemctl start bastide.target", "systemctl try-restart bastide-egress.service"]


def test_the_socket_of_the_way_out_opens_anew_where_it_changed(typed):
    argvs = typed("")
    assert switching.settle({"bastide-egress.socket", "bastide-web.service"}) == []
    assert argvs[1:] == ["systemctl restart bastide-egress.socket", "systemctl try-restart bastide-egress.service"]


@pytest.mark.parametrize("socket", ["bastide-nginx.socket", "bastide-web.socket"])
def test_a_socket_of_clients_stays_open_and_that_is_said(typed, socket):
    argvs = typed("")
    (line,) = switching.settle({socket})
    assert line == f"  {socket} has changed: it opens anew at sudo systemctl restart {units.TARGET}"
    assert not [each for each in argvs if socket in each]
