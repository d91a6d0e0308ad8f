"""What may be typed about bundles and rented machines: `bundle` and `cloud-init`."""

from appliance.box_options import Adding
from appliance.bundling.signing import USUAL
from appliance.bundling.targets import TARGETS


def add_bundle(add: Adding) -> None:
    """Add `bundle`."""
    command = add(
        "bundle",
        "write all that an installation needs into one signed file, for machines without a network",
        "./bastide bundle -o bastide.bundle --debian 12 --debian 13",
    )
    command.add_argument("-o", "--output", required=True, metavar="FILE", help="the file that is written")
    command.add_argument(
        "--debian",
        dest="debians",
        action="append",
        default=[],
        choices=tuple(TARGETS),
        help="the Debian of the box; again for more (default: that of this machine)",
    )
    command.add_argument(
        "--sign-with", metavar="KEY", help=f"the file of an Ed25519 key (default {USUAL}, made when it is missing)"
    )


def add_cloud_init(add: Adding) -> None:
    """Add `cloud-init`."""
    command = add(
        "cloud-init",
        "print what makes a rented machine the box at its first start",
        "./bastide cloud-init --name models.example.org --bundle-url https://files.example.org/bastide.bundle "
        "--fingerprint FINGERPRINT > user-data",
    )
    command.add_argument(
        "--name", dest="names", action="append", required=True, metavar="NAME", help="a name of the box; again for more"
    )
    command.add_argument("--bundle-url", metavar="URL", help="where the machine fetches a bundle, by http or https")
    command.add_argument("--fingerprint", metavar="FINGERPRINT", help="of the key that signed the bundle")
    command.add_argument("--checkout-url", metavar="URL", help="in place of a bundle: a git repository, by https")
    command.add_argument("--revision", metavar="REVISION", help="the commit, tag or branch of that repository")
    command.add_argument("--no-examples", dest="examples", action="store_false", help="publish no example models")
