"""Where the passphrase of a backup comes from; never from the command line, where others could read it."""

import getpass
import os
import sys
from pathlib import Path

from django.core.management.base import CommandError


def add_argument(parser):
    parser.add_argument("--key-file", type=Path, help="a file whose content is the passphrase")


def read(key_file, *, twice=False):
    """Return the passphrase as bytes: from the key file, from BACKUP_PASSPHRASE, or asked for."""
    if key_file:
        secret = key_file.read_bytes().strip()
    elif given := os.environ.get("BACKUP_PASSPHRASE"):
        secret = given.encode()
    elif sys.stdin.isatty():
        secret = getpass.getpass("Passphrase: ").encode()
        if twice and getpass.getpass("Again: ").encode() != secret:
            raise CommandError("The two passphrases differ.")
    else:
        raise CommandError("Give a passphrase: --key-file FILE, or BACKUP_PASSPHRASE in the environment.")
    if len(secret) < 12:
        raise CommandError("The passphrase is too short: 12 characters or more.")
    return secret
