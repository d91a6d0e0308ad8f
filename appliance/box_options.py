"""What may be typed about the box of a machine: install and uninstall it, its certificate, what it forgets."""

import argparse
from collections.abc import Callable
from typing import Final

WAYS: Final = ("request", "key", "feature", "caller")
"""By what rows are known."""

REASON_LETTERS_MIN: Final = 3
REASON_MAX: Final = 500

Adding = Callable[[str, str, str], argparse.ArgumentParser]
"""Adds a command with a summary and an example."""


def add_install(add: Adding) -> None:
    """Add `install`."""
    command = add(
        "install",
        "make this machine the box: it starts at boot, with TLS",
        "sudo ./bastide install --name models.corp.example",
    )
    command.add_argument(
        "--name",
        dest="names",
        action="append",
        metavar="NAME",
        help="a name or address that people type, the usual one first; again for more; by default those that the box "
        "has, or the machine's full name",
    )
    command.add_argument(
        "--examples",
        action=argparse.BooleanOptionalAction,
        help="publish the example models, or none (by default the first installation does)",
    )
    add_force(command, "install")
    add_yes(command)
    command.add_argument(
        "--plan",
        "--dry-run",
        action="store_true",
        help="print what the checks find and all that would be touched, and touch nothing",
    )


def add_yes(command: argparse.ArgumentParser) -> None:
    """Add `--yes`, which answers for whoever is asked about another authority."""
    what = "do not ask, where other names need another authority of the box's own; for scripts"
    command.add_argument("--yes", action="store_true", help=what)


def add_force(command: argparse.ArgumentParser, verb: str) -> None:
    """Add `--force REASON`."""
    what = f"{verb} although a check failed, and why you do; this is recorded"
    # Without a reason, "" is judged as one: by the same sentence.
    command.add_argument("--force", type=reason, nargs="?", const="", metavar="REASON", help=what)


def reason(text: str) -> str:
    """Return why somebody wants something. Raise where that says nothing to whoever reads it in a year."""
    said = " ".join(text.split())
    if sum(letter.isalpha() for letter in said) < REASON_LETTERS_MIN:
        message = f"{text!r} is no reason; say it in words, such as --force 'a slow disk will do for a trial'"
        raise argparse.ArgumentTypeError(message)
    return said[:REASON_MAX]


def add_uninstall(add: Adding) -> None:
    """Add `uninstall`."""
    command = add("uninstall", "take the box off this machine; its data stays", "sudo bastide uninstall --purge")
    command.add_argument("--purge", action="store_true", help="remove models, results, accounts and settings as well")
    command.add_argument("--yes", action="store_true", help="do not ask, where the data stays; for scripts")


def add_tls(add: Adding, group_of: Callable[[argparse.ArgumentParser], Adding]) -> None:
    """Add `tls` with its actions."""
    action = group_of(add("tls", "the certificate of an installed box", "sudo bastide tls status"))
    action("status", "print the certificate's names, end and fingerprints", "sudo bastide tls status")
    renew = action("renew", "renew the certificate when it is due", "sudo bastide tls renew --force")
    renew.add_argument("--force", action="store_true", help="renew it although it is not due")
    renew.add_argument("--own", action="store_true", help="let the box vouch for itself again, whoever did so far")
    add_yes(renew)
    request = action("request", "print a request for the company's authority", "sudo bastide tls request > box.csr")
    request.add_argument("--rsa", action="store_true", help="for authorities that take no P-256 key")
    request.add_argument("--anew", action="store_true", help="with another key than that of the open request")
    taken = action(
        "import", "take the signed certificate, or one made elsewhere", "sudo bastide tls import box.crt chain.crt"
    )
    taken.add_argument("files", nargs="+", metavar="FILE", help="certificates, the chain too, or one PKCS#12 file")
    taken.add_argument("--key", metavar="FILE", help="the private key, where it was made elsewhere")
    taken.add_argument("--password-file", metavar="FILE", help="the password of the key or of the PKCS#12 file")
    for command in (renew, request, taken, _acme(action)):
        command.add_argument(
            "--name", dest="names", action="append", default=[], metavar="NAME", help="a name or address of the box"
        )


def _acme(action: Adding) -> argparse.ArgumentParser:
    example = "sudo bastide tls acme --directory https://ca.corp.example/acme/acme/directory --root root.crt"
    acme = action("acme", "get a certificate from an ACME server, which then renews it", example)
    acme.add_argument("--directory", required=True, metavar="URL", help="the address of the server's directory")
    acme.add_argument("--root", metavar="FILE", help="the root that alone vouches for the server and what it signs")
    acme.add_argument("--rsa", action="store_true", help="for authorities that take no P-256 key")
    acme.add_argument("--contact", metavar="MAIL", help="whom the server may write to")
    acme.add_argument("--agree", action="store_true", help="you have read the server's terms, and agree")
    acme.add_argument("--eab-kid", metavar="KID", help="the name of the external account, where one is asked for")
    acme.add_argument("--eab-hmac-file", metavar="FILE", help="the key that was given out with that name")
    return acme


def add_forget(add: Adding) -> argparse.ArgumentParser:
    """Add `forget`."""
    command = add(
        "forget",
        "delete one person's rows from the journals, and print the proof",
        "./bastide forget penguins --by key --value 4711 --user admin --reason 'case 17'",
    )
    command.add_argument(
        "endpoints", metavar="ENDPOINT", nargs="*", help="whose journal; without one, every endpoint's"
    )
    command.add_argument("--by", required=True, choices=WAYS, help="by what the rows are known")
    command.add_argument(
        "--value",
        dest="values",
        required=True,
        action="append",
        metavar="TEXT",
        help="an id or a value; again for more",
    )
    command.add_argument("--feature", default="", metavar="NAME", help="the feature, with --by feature")
    command.add_argument("--user", required=True, help="the administrator who wants it")
    command.add_argument("--reason", required=True, metavar="TEXT", help="why; it stands in the audit trail for good")
    command.add_argument("--yes", action="store_true", help="do not ask; for scripts")
    return command
