"""How many processes this box has, and which units start with it."""

import os

from appliance.installing import firewall, settings, units
from appliance.installing.settings import Sizing


def sizing(names: tuple[str, ...]) -> Sizing:
    """Return what the settings say, or what fits this machine."""
    return Sizing.of_machine(names, len(os.sched_getaffinity(0)))


def units_wanted() -> tuple[str, ...]:
    """Return the units that the settings ask for."""
    found = sizing(settings.names())
    return (*units.names(found.inference, found.batch), *firewall.wanted())
