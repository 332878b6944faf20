"""Takes checked values out of library files (YAML front matter above Markdown); every refusal names the file. Pure."""

import datetime
import hashlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml

T = TypeVar("T")


class BadLibraryFile(ValueError):
    """A library file that cannot be used; the message names the file and the problem."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path.name}: {problem}")
        self.path = path
        self.problem = problem


class Fields:
    """Takes checked values out of one YAML mapping; what nobody took is an unknown field."""

    def __init__(self, path: Path, row: Any) -> None:
        if not isinstance(row, Mapping):
            raise BadLibraryFile(path, "must hold fields, one per line")
        self.path = path
        self._left = dict(row)

    def bad(self, problem: str) -> BadLibraryFile:
        """The error to raise for this file."""
        return BadLibraryFile(self.path, problem)

    def nothing_left(self) -> None:
        """Refuse a field that nobody asked for, most often a misspelled name."""
        if self._left:
            raise self.bad(f"{sorted(map(str, self._left))[0]} is not a field")

    def text(self, name: str, pattern: re.Pattern[str] | None = None, *, optional: bool = False) -> str:
        """A filled text, in the given form; an optional one may be missing and is then empty."""
        value = self._left.pop(name, None)
        if optional and value in (None, ""):
            return ""
        return self._one(name, value, pattern)

    def _one(self, name: str, value: Any, pattern: re.Pattern[str] | None) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self.bad(f"{name} must be text")
        if pattern is not None and not pattern.fullmatch(value):
            raise self.bad(f"{name}: {value} has the wrong form")
        return value.strip()

    def _list(self, name: str, at_least: int) -> list[Any]:
        values = self._left.pop(name, None)
        if not isinstance(values, list):
            raise self.bad(f"{name} must be a list")
        if len(values) < at_least:
            raise self.bad(f"{name} needs at least {at_least}")
        return values

    def texts(self, name: str, pattern: re.Pattern[str] | None = None, *, at_least: int = 0) -> tuple[str, ...]:
        """A list of filled texts."""
        return tuple(self._one(name, value, pattern) for value in self._list(name, at_least))

    def rows(self, name: str, build: Callable[["Fields"], T], *, at_least: int = 0) -> tuple[T, ...]:
        """A list of mappings, each built by `build`."""
        built = []
        for row in self._list(name, at_least):
            fields = Fields(self.path, row)
            built.append(build(fields))
            fields.nothing_left()
        return tuple(built)

    def choice(self, name: str, allowed: frozenset[str]) -> str:
        """One of the allowed words."""
        value = self.text(name)
        self._allowed(name, value, allowed)
        return value

    def choices(self, name: str, allowed: frozenset[str]) -> tuple[str, ...]:
        """Any number of the allowed words."""
        values = self.texts(name)
        for value in values:
            self._allowed(name, value, allowed)
        return values

    def _allowed(self, name: str, value: str, allowed: frozenset[str]) -> None:
        if value not in allowed:
            raise self.bad(f"{name}: {value} is not one of {', '.join(sorted(allowed))}")

    def number(self, name: str) -> int:
        """A whole number of zero or more."""
        value = self._left.pop(name, None)
        if type(value) is not int or value < 0:
            raise self.bad(f"{name} must be a whole number")
        return value

    def date(self, name: str) -> datetime.date:
        """A date without a time."""
        value = self._left.pop(name, None)
        if type(value) is not datetime.date:
            raise self.bad(f"{name} must be a date such as 2026-04-07")
        return value


def read_text(path: Path) -> tuple[str, str]:
    """The text with Unix line ends, and the sha256 of the file as stored."""
    try:
        raw = path.read_bytes()
        return raw.decode("utf-8").replace("\r\n", "\n"), hashlib.sha256(raw).hexdigest()
    except OSError as error:
        raise BadLibraryFile(path, "cannot be read") from error
    except UnicodeDecodeError as error:
        raise BadLibraryFile(path, "is not UTF-8 text") from error


def parse_yaml(path: Path, text: str) -> Any:
    """The plain data in `text`. Raises BadLibraryFile with the line where the YAML breaks."""
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: an impossible date such as 2026-02-30
        mark = getattr(error, "problem_mark", None)
        where = f" near line {mark.line + 1}" if mark else ""
        raise BadLibraryFile(path, f"is not valid YAML{where}") from error


def front_matter(path: Path) -> tuple["Fields", str, str]:
    """The fields between the --- lines, the body below them and the fingerprint. Raises BadLibraryFile."""
    text, fingerprint = read_text(path)
    parts = re.fullmatch(r"---\n(.*?\n)---\n(.*)", text, re.DOTALL)
    if parts is None:
        raise BadLibraryFile(path, "must start with front matter between --- lines")
    body = parts[2].strip()
    if not body:
        raise BadLibraryFile(path, "has no text below the front matter")
    return Fields(path, parse_yaml(path, parts[1])), body, fingerprint
