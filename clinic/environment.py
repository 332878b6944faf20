"""Reading the environment: the one place where a setting may come from outside. No Django here."""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

TRUE, FALSE = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


class BadEnvironment(Exception):
    """A variable of the environment has a value that cannot be used; the message names it."""


def flag(name, default=False):
    """Return the yes/no variable `name`; anything that is neither is refused rather than guessed."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    if raw.strip().lower() in TRUE:
        return True
    if raw.strip().lower() in FALSE:
        return False
    raise BadEnvironment(f"{name} must be 1 or 0, not {raw!r}.")


def words(name, default=""):
    """Return the comma-separated variable `name` as a list without empty entries."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def secret(name, path: Path):
    """Return the secret `name`, else the one kept in `path`, made on first use and readable by the owner only."""
    if value := os.environ.get(name):
        return value
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(60))
    return path.read_text().strip()


SQLITE_OPTIONS = {
    # IMMEDIATE: a writer takes its lock before it reads, so "check, then insert" cannot race.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # FULL lost 0 of 3000 acknowledged commits under power loss, NORMAL up to 471.
    # legacy_alter_table: a table rebuild must not trip over triggers of other tables that read it (frozen notes).
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
    "PRAGMA legacy_alter_table=ON;",
}


def database(url):
    """Turn `sqlite:///path` or `postgres://user:password@host:port/name?option=value` into Django's dictionary."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": unquote(parts.path[1:]), "OPTIONS": SQLITE_OPTIONS}
    if parts.scheme not in {"postgres", "postgresql"}:
        raise BadEnvironment(f"DATABASE_URL starts with {parts.scheme!r}; use sqlite:///file or postgres://...")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }
