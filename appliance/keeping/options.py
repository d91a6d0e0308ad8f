"""What may be typed to keep a box: backup, restore, upgrade, rollback."""

from appliance.box_options import Adding


def add_backup(add: Adding) -> None:
    """Add `backup`."""
    command = add("backup", "write all that the box holds into one file", "sudo bastide backup /srv/box.backup")
    command.add_argument("file", metavar="FILE", nargs="?", help="the file that is written, or verified")
    command.add_argument("--with-results", action="store_true", help="with the files of batch jobs that have ended")
    command.add_argument("--with-journal", action="store_true", help="with the rows that were answered, and outcomes")
    command.add_argument(
        "--nightly", action="store_true", help="as the timer does: into /var/backups/bastide, with the oldest removed"
    )
    command.add_argument("--verify", action="store_true", help="verify a backup that is there, and write nothing")


def add_restore(add: Adding) -> None:
    """Add `restore`."""
    command = add("restore", "make the box what a backup holds", "sudo bastide restore /srv/box.backup")
    command.add_argument("file", metavar="FILE", help="the backup")
    command.add_argument(
        "--name", dest="names", action="append", default=[], metavar="NAME", help="another name; again for more"
    )
    command.add_argument("--yes", action="store_true", help="do not ask; for scripts")


def add_upgrade(add: Adding) -> None:
    """Add `upgrade`."""
    command = add(
        "upgrade", "run the release of this directory in place of the installed one", "sudo ./bastide upgrade"
    )
    command.add_argument("--bundle", metavar="FILE", help="the release of a bundle, in place of this directory's")
    command.add_argument(
        "--fingerprint", default="", help="the key that signed the bundle, where it is not the one that the box trusts"
    )


def add_rollback(add: Adding) -> None:
    """Add `rollback`."""
    command = add("rollback", "go back to the release before the last upgrade", "sudo bastide rollback")
    command.add_argument("--yes", action="store_true", help="do not ask; for scripts")
