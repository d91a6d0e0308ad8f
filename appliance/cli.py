"""The command line. The only place of the product that prints."""

import argparse
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Final

from appliance import accounts, demo, ending, job_lines, jobs, models, sites, typed, workshop
from appliance.box import Options
from appliance.box_commands import Terminal, run_install, run_tls, run_uninstall
from appliance.bundling.commands import run_bundle, run_cloud_init
from appliance.calling import called
from appliance.care.commands import run_check, run_config, run_doctor, run_logs, run_status
from appliance.downloading import STDOUT, require_writable
from appliance.ending import Ended
from appliance.environment import Address
from appliance.errors import ApplianceError
from appliance.forgetting import run_forget
from appliance.job_lines import Ticker
from appliance.keeping.commands import run_backup, run_restore, run_rollback, run_upgrade
from appliance.paths import data_directory
from appliance.programs import Sizes
from appliance.up import up
from appliance.upload import Site

DIED_OF: Final = 128
"""A shell adds this to the number of the signal that ended a command."""

INTERRUPTED: Final = DIED_OF + signal.SIGINT
SOME_NOT_ANSWERED: Final = 2


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit status: 0 done, 1 an error, 2 wrong usage (for `check`: warnings only)."""
    arguments = typed.parsed(argv, COMMANDS)
    try:
        with ending.raised() if arguments.command in UNDONE_WHEN_ENDED else nullcontext():
            return COMMANDS[arguments.command](arguments)
    except ApplianceError as error:
        if arguments.debug:
            traceback.print_exc()
        print(f"error: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"try: {error.hint}", file=sys.stderr)
        return 1
    except Ended as end:
        with suppress(OSError):  # the terminal may be closed
            tell(f"\n{ending.last_words(arguments.command)}\n")
        return DIED_OF + end.number
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  # the last place where a bug can be told as a sentence
        if arguments.debug:
            traceback.print_exc()
        print(f"error: Bastide itself failed: {type(error).__name__}: {error}", file=sys.stderr)
        again = called(f"--debug {' '.join(argv)}")
        print(f"try: {again}, and report what it prints", file=sys.stderr)
        return 1


def say(sentence: str) -> None:
    """Tell the person at the terminal, at once even when the output goes to a file."""
    try:
        print(f"{sentence}\n", end="", flush=True)  # in one piece: a signal in between would tear the line
    except OSError:
        # The terminal was closed, or the reader of the pipe is gone: that must not end a box, nor keep it from ending.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run_up(arguments: argparse.Namespace) -> int:
    """Run a box."""
    up(_box_options(arguments), say)
    return 0


def run_demo(arguments: argparse.Namespace) -> int:
    """Run a box with a story in it."""
    demo.play(arguments.story, _box_options(arguments), say)
    return 0


def _box_options(arguments: argparse.Namespace) -> Options:
    return Options(
        data=data_directory(arguments.data_dir),
        address=Address(host=arguments.host, port=arguments.port),
        sizes=Sizes(
            web=arguments.web_processes, inference=arguments.inference_processes, batch=arguments.batch_processes
        ),
        with_examples=arguments.examples,
        force=arguments.force or "",
    )


def run_key(arguments: argparse.Namespace) -> int:
    """Print a new key and nothing else."""
    print(accounts.create_key(data_directory(arguments.data_dir), arguments.user, arguments.name))
    return 0


def run_user(arguments: argparse.Namespace) -> int:
    """Print a new account's password and nothing else; where it serves goes beside it."""
    data = data_directory(arguments.data_dir)
    print(accounts.add_user(data, arguments.name, arguments.role), flush=True)
    tell(f"{accounts.first_log_in(data, arguments.name)}\n")
    return 0


def run_model(arguments: argparse.Namespace) -> int:
    """Publish a model, or list models."""
    return push_model(arguments) if arguments.action == "push" else list_models(arguments)


def push_model(arguments: argparse.Namespace) -> int:
    """Publish a model and print what became of it."""
    names = ("target", "title", "description", "notes", "positive_label", "deploy")
    fields = [(name, value) for name in names if (value := getattr(arguments, name))]
    models.check_name(arguments.name)
    push = models.Push(
        path=Path(arguments.path),
        name=arguments.name,
        reference=Path(arguments.reference),
        fields=(*fields, *(("units", unit) for unit in arguments.unit)),
        waits=arguments.wait,
    )
    try:
        if arguments.url:
            pushed = models.push_to(sites.elsewhere(arguments.url, arguments.key_file), push, tell_progress)
        else:
            pushed = models.push_here(data_directory(arguments.data_dir), arguments.user, push)
    except KeyboardInterrupt:
        tell("\nStopped. What was not sent whole is not published; what was is inspected all the same.\n")
        tell(f"try: {called('model list')}, which tells what there is\n")
        raise
    reason = f": {pushed.reason}" if pushed.reason else ""
    print(f"{pushed.model} version {pushed.version} is {pushed.status}{reason}")
    if pushed.hint:
        print(f"try: {pushed.hint}")
    print(pushed.page)
    return 1 if pushed.status == "rejected" else 0


def list_models(arguments: argparse.Namespace) -> int:
    """Print models, a line each."""
    if arguments.url:
        found = models.models_of(sites.elsewhere(arguments.url, arguments.key_file))
    else:
        found = models.models_here(data_directory(arguments.data_dir), arguments.user)
    width = max((len(model["name"]) for model in found), default=0)
    for model in found:
        print(f"{model['name']:<{width}}  version {model['version']}  {model['status']:<10}  {model['title']}")
    return 0


def tell_progress(sent: int, total: int) -> None:
    """Tell how much of a model is sent: on a terminal as it goes, else at the end."""
    if sys.stderr.isatty():
        print(f"\rSending {sent / total:4.0%} of {total / 2**20:,.1f} MiB", end="", file=sys.stderr, flush=True)
    if sent == total:
        print(f"\rSent {total / 2**20:,.1f} MiB           ", file=sys.stderr)


def run_job(arguments: argparse.Namespace) -> int:
    """Run a batch job, or list jobs, or cancel one."""
    site = (
        sites.elsewhere(arguments.url, arguments.key_file)
        if arguments.url
        else sites.here(data_directory(arguments.data_dir), arguments.key_file)
    )
    return {"run": answer_rows, "list": list_jobs, "cancel": cancel_job}[arguments.action](site, arguments)


def answer_rows(site: Site, arguments: argparse.Namespace) -> int:
    """Have all rows of a file answered, and print what became of them."""
    order = jobs.ordered(arguments)
    for target in filter(None, (arguments.output, arguments.wrong_rows)):
        require_writable(target)
    ticker = Ticker(write=tell, is_terminal=sys.stderr.isatty())
    job_id = ""
    try:
        job_id = jobs.begin(
            site, order, lambda *sent: ticker.show(job_lines.sending(*sent), is_last=sent[0] == sent[1])
        )
        tell(f"Job {job_id}: {site.url}/jobs/{job_id}/\n")
        job = jobs.wait(site, job_id, lambda job: ticker.show(job_lines.working(job), is_last=jobs.has_ended(job)))
    except KeyboardInterrupt:
        ticker.end()
        tell(f"{stop(site, job_id)}\n")
        raise
    finally:
        ticker.end()
    return bring(site, job, arguments)


def stop(site: Site, job_id: str) -> str:
    """Cancel a job at Ctrl-C, "" for one that may not be begun. Return what became of it."""
    if not job_id:
        return f"Stopped. {called('job list')} tells whether the job was begun."
    try:
        is_canceled = jobs.cancel(site, job_id)
    except ApplianceError as error:
        return f"{error.message}\nThe job goes on. Cancel it with {called(f'job cancel {job_id}')}"
    return "The job is canceled." if is_canceled else f"The job had ended already: {site.url}/jobs/{job_id}/"


def bring(site: Site, job: jobs.Job, arguments: argparse.Namespace) -> int:
    """Download what a job made, and print what became of the rows. Raise where there is nothing to download."""
    jobs.require_success(job)
    jobs.fetch(site, job["id"], "result", arguments.output, sys.stdout.buffer)
    speak = tell if arguments.output == STDOUT else say
    lines = [job_lines.outcome(job), *job_lines.problems(job)]
    if arguments.output != STDOUT:
        lines.append(f"The result is in {arguments.output}.")
    if job["rows_failed"] and arguments.wrong_rows:
        jobs.fetch(site, job["id"], "wrong-rows", arguments.wrong_rows, sys.stdout.buffer)
        lines.append(f"The rows that were not answered are in {arguments.wrong_rows}: mend them and send them again.")
    elif job["rows_failed"]:
        lines.append(f"The rows that were not answered: {site.url}{jobs.JOBS}/{job['id']}/wrong-rows")
    for line in lines:
        speak(line if speak is say else f"{line}\n")
    return SOME_NOT_ANSWERED if job["rows_failed"] else 0


def list_jobs(site: Site, arguments: argparse.Namespace) -> int:  # noqa: ARG001  # as its siblings
    """Print jobs, a line each."""
    for line in job_lines.table(jobs.listed(site)):
        print(line)
    return 0


def cancel_job(site: Site, arguments: argparse.Namespace) -> int:
    """Cancel a job."""
    print("The job is canceled." if jobs.cancel(site, arguments.id) else "The job had ended already.")
    return 0


def tell(words: str) -> None:
    """Write beside the result, which may go to stdout."""
    print(words, end="", file=sys.stderr, flush=True)


def run_test(arguments: argparse.Namespace) -> int:
    """Run the tests."""
    workshop.test(arguments.rest, say)


def run_bench(arguments: argparse.Namespace) -> int:
    """Run a measurement."""
    workshop.bench(arguments.name, arguments.rest, say)


UNDONE_WHEN_ENDED: Final = frozenset(
    {"install", "uninstall", "tls", "config", "doctor", "backup", "restore", "upgrade", "rollback"}
)
"""Commands that leave the box whole however they are ended: by Ctrl-C, by a session that closes, by a time limit."""

TERMINAL: Final = Terminal(say=say, tell=tell, ask=input)
COMMANDS: Final[dict[str, Callable[[argparse.Namespace], int]]] = {
    "up": run_up,
    "demo": run_demo,
    "install": lambda arguments: run_install(arguments, TERMINAL),
    "uninstall": lambda arguments: run_uninstall(arguments, TERMINAL),
    "tls": lambda arguments: run_tls(arguments, TERMINAL),
    "status": lambda arguments: run_status(arguments, TERMINAL),
    "logs": lambda arguments: run_logs(arguments, TERMINAL),
    "config": lambda arguments: run_config(arguments, TERMINAL),
    "doctor": lambda arguments: run_doctor(arguments, TERMINAL),
    "backup": lambda arguments: run_backup(arguments, TERMINAL),
    "restore": lambda arguments: run_restore(arguments, TERMINAL),
    "upgrade": lambda arguments: run_upgrade(arguments, TERMINAL),
    "rollback": lambda arguments: run_rollback(arguments, TERMINAL),
    "bundle": lambda arguments: run_bundle(arguments, TERMINAL),
    "cloud-init": lambda arguments: run_cloud_init(arguments, TERMINAL),
    "forget": lambda arguments: run_forget(arguments, TERMINAL),
    "check": lambda arguments: run_check(arguments, TERMINAL),
    "key": run_key,
    "user": run_user,
    "model": run_model,
    "job": run_job,
    "test": run_test,
    "bench": run_bench,
}
