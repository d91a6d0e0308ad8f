"""What each setting of an installed box does, and what holds where it is not set."""

import os
from pathlib import Path
from typing import Final

from appliance import environment
from appliance.installing.settings import INFERENCE_MAX, NAMES

GIB: Final = 1 << 30
MIB: Final = 1 << 20
INSPECTION_SECONDS_DEFAULT: Final = "300"
JOB_DAYS_DEFAULT: Final = "7"
ALERT_HOUR_DEFAULT: Final = "7"
WEB_PROCESSES_DEFAULT: Final = "2"
CGROUP_LIMIT: Final = Path("/sys/fs/cgroup/memory.max")

EXPLANATIONS: Final = {
    "BASTIDE_PUBLIC_URL": "The address that people type. Links in mail and in answers begin with it.",
    NAMES: "The names and addresses by which people reach the box, the one of its address first.",
    "BASTIDE_WEB_PROCESSES": "How many processes answer pages and requests.",
    "BASTIDE_INFERENCE_PROCESSES": "How many processes answer predictions. Each holds the models that it answers with.",
    "BASTIDE_BATCH_PROCESSES": "How many processes work on batch jobs.",
    environment.MODEL_MEMORY: "How much memory models may take in all processes together.",
    environment.INSPECTION_SECONDS: "How long each part of an inspection may take before it is stopped.",
    environment.JOB_DAYS: "For how many days the files of a batch job are kept after its end.",
    environment.ALERT_HOUR: "From this hour of the day on, by the machine's clock, people are told of alerts.",
    environment.BACKUPS_KEPT: "How many nightly backups are kept in /var/backups/bastide.",
    environment.UPLOAD_BYTES_MAX: "How large a file may be that is uploaded.",
    environment.CONNECTIONS_MAX: "How many connections one address may hold to the box.",
    environment.WEBHOOK_HOSTS: "The hosts that may be told of the end of a job and of alerts.",
    environment.MAIL_FROM: "The sender of the box's mail.",
    environment.MLFLOW_TRACKING_URI: "The MLflow server that is told of monitored windows.",
    environment.SMTP_URL: "The server that takes the box's mail, with its password.",
}
WITHOUT: Final = {
    environment.WEBHOOK_HOSTS: "no host is told",
    environment.MAIL_FROM: "no mail is sent",
    environment.SMTP_URL: "no mail is sent",
    environment.MLFLOW_TRACKING_URI: "no server is told",
}
"""What follows where a setting without a default is not set."""


def default_of(name: str) -> str | None:
    """Return what holds on this machine where a setting is not set; None for one that then is nothing at all."""
    cores = os.cpu_count() or 1
    return {
        "BASTIDE_WEB_PROCESSES": WEB_PROCESSES_DEFAULT,
        "BASTIDE_INFERENCE_PROCESSES": str(min(cores, INFERENCE_MAX)),
        "BASTIDE_BATCH_PROCESSES": str(cores),
        environment.MODEL_MEMORY: f"{model_memory_bytes(memory_bytes()) // MIB}M",
        environment.INSPECTION_SECONDS: INSPECTION_SECONDS_DEFAULT,
        environment.JOB_DAYS: JOB_DAYS_DEFAULT,
        environment.ALERT_HOUR: ALERT_HOUR_DEFAULT,
        environment.BACKUPS_KEPT: environment.BACKUPS_KEPT_DEFAULT,
        environment.UPLOAD_BYTES_MAX: environment.UPLOAD_BYTES_MAX_DEFAULT,
        environment.CONNECTIONS_MAX: environment.CONNECTIONS_MAX_DEFAULT,
    }.get(name)


def memory_bytes() -> int:
    """Return the memory of the machine, or of the container that is smaller."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(total, int(CGROUP_LIMIT.read_text()))
    except (OSError, ValueError):
        return total


def model_memory_bytes(total: int) -> int:
    """Return what models may take of so much memory, as the planes themselves reckon: all but a quarter or 1 GiB."""
    return max(total - max(GIB, total // 4), total // 4)


def in_force(name: str, value: str | None) -> str:
    """Return what holds for a setting, and whether that is the default."""
    if value is not None:
        return value
    default = default_of(name)
    if default is not None:
        return f"{default} (the default)"
    return f"not set: {WITHOUT[name]} (the default)" if name in WITHOUT else "not set, and the box needs it"


def meaning_of(name: str) -> str:
    """Return how a setting is written, in words; nothing where an example says it."""
    return {each: meaning for each, _, (meaning, _) in environment.SETTINGS}.get(name, "")
