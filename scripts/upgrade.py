"""`make upgrade`: back up first, then packages, then tables; the first error stops it all.

The backup goes to var/backups; its passphrase comes from BACKUP_PASSPHRASE or is asked for.
"""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, str(ROOT / "manage.py")]


def steps(backup):
    """Return the commands of an upgrade, in order."""
    return [
        [*MANAGE, "backup", str(backup)],
        [*MANAGE, "restore", str(backup), "--verify"],
        ["make", "-C", str(ROOT), "setup"],
        [*MANAGE, "migrate", "--verbosity", "1"],
        [*MANAGE, "verify_audit"],
    ]


def main(run=subprocess.run):
    """Do the steps; return 0, or the exit code of the first that failed."""
    folder = ROOT / "var" / "backups"
    folder.mkdir(parents=True, exist_ok=True)
    backup = folder / f"before-upgrade-{datetime.now(UTC):%Y%m%d-%H%M%S}.backup"
    for step in steps(backup):
        print("$", " ".join(step[-3:]), flush=True)
        if code := run(step, cwd=ROOT).returncode:
            print(f"Stopped: nothing after this step was done. The backup is {backup}.", file=sys.stderr)
            return code
    print(f"Up to date. The clinic as it was before stands in {backup}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
