"""Finding resources: folders of NDJSON, single resources and Bundles, read line by line and never fetched.

A broken line or entry is yielded as `Broken` with its file and line and costs nothing else.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

LINE_LIMIT = 1_000_000  # bytes of one NDJSON line; a resource we read has a few thousand
FILE_LIMIT = 200_000_000  # bytes of one JSON file, which has to be held in memory
DEPTH_LIMIT = 60  # lists and objects inside each other
LINES, WHOLE = (".ndjson", ".jsonl"), (".json",)
BUNDLES = ("collection", "transaction", "searchset", "batch")


class NothingToRead(Exception):
    """A path that does not exist, or paths without a single file of ours."""


class Unreadable(ValueError):
    """Text that is not one clean JSON object; the message says why, in words for the report."""


@dataclass(frozen=True)
class Found:
    """One resource, where it stood, and in a Bundle its full address and the Bundle's place."""

    resource: dict
    where: str
    full_url: str = ""
    bundle: str = ""


@dataclass(frozen=True)
class Broken:
    """A line, entry or file that could not be read."""

    where: str
    why: str


class Sources:
    """The files below some paths; iterate to get `Found` and `Broken`. `read_bytes` of `total_bytes` are done."""

    def __init__(self, paths):
        self.files = _files(paths)
        self.total_bytes = sum(file.stat().st_size for file in self.files)
        self.read_bytes = 0

    def __iter__(self):
        before = 0
        for file in self.files:
            yield from self._lines(file) if file.suffix.lower() in LINES else self._whole(file)
            before += file.stat().st_size
            self.read_bytes = before

    def _lines(self, path):
        with path.open("rb") as file:
            for number, line in enumerate(iter(lambda: file.readline(LINE_LIMIT + 1), b""), 1):
                where = f"{path}:{number}"
                self.read_bytes += len(line)
                if len(line) > LINE_LIMIT:
                    self.read_bytes += _to_line_end(file, line)
                    yield Broken(where, _("the line is longer than %(limit)s bytes") % {"limit": LINE_LIMIT})
                elif line.strip():
                    yield from _unpack(line, where)

    def _whole(self, path):
        if path.stat().st_size > FILE_LIMIT:
            yield Broken(f"{path}:1", _("the file is larger than %(limit)s bytes") % {"limit": FILE_LIMIT})
        else:
            yield from _unpack(path.read_bytes(), f"{path}:1", path)


def parse(text):
    """Return the JSON object in these bytes.

    Raises `Unreadable` for anything else, and for what must not get into a database: a key given twice, NaN and
    endless numbers, NUL and half characters, and nesting deeper than `DEPTH_LIMIT`.
    """
    try:
        value = json.loads(text.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise Unreadable(_("not UTF-8 text")) from None
    except RecursionError:
        raise Unreadable(_("nested too deeply")) from None
    except json.JSONDecodeError as error:
        raise Unreadable(
            _("not JSON: %(why)s (column %(column)s)") % {"why": error.msg, "column": error.colno}
        ) from error
    except Unreadable:
        raise
    except ValueError:
        raise Unreadable(_("a number is too long")) from None
    if not isinstance(value, dict):
        raise Unreadable(_("not a resource but another kind of JSON"))
    _check_values(value)
    return value


def _files(paths):
    found = {}
    for path in map(Path, paths):
        if not path.exists():
            raise NothingToRead(_("%(path)s does not exist.") % {"path": path})
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in inside:
            if file.is_file() and file.suffix.lower() in LINES + WHOLE:
                found.setdefault(file.resolve(), file)
    if not found:
        raise NothingToRead(_("There is no .ndjson, .jsonl or .json file there."))
    return list(found.values())


def _to_line_end(file, chunk):
    """Read past the rest of a line that is too long, piece by piece, and return how many bytes that were."""
    skipped = 0
    while chunk and not chunk.endswith(b"\n"):
        chunk = file.readline(LINE_LIMIT)
        skipped += len(chunk)
    return skipped


def _unpack(text, where, path=None):
    try:
        resource = parse(text)
    except Unreadable as error:
        line = getattr(error.__cause__, "lineno", 1)
        yield Broken(f"{path}:{line}" if path else where, str(error))
        return
    if resource.get("resourceType") == "Bundle":
        yield from _entries(resource, str(path) if path else where)
    else:
        yield Found(resource, where)


def _entries(bundle, where):
    entries = bundle.get("entry", [])
    if bundle.get("type") not in BUNDLES or not isinstance(entries, list):
        yield Broken(where, _("a Bundle is read when it is one of: %(kinds)s") % {"kinds": ", ".join(BUNDLES)})
        return
    for number, entry in enumerate(entries, 1):
        place = f"{where}: entry {number}"
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict):
            yield Broken(place, _("the entry holds no resource"))
            continue
        url = entry.get("fullUrl", "")
        yield Found(resource, place, url if isinstance(url, str) else "", where)


def _object(pairs):
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _value in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise Unreadable(_("%(key)s is given twice") % {"key": ascii(double)[:60]})
    return {name: value for name, value in pairs if value is not None}  # null is the same as not given


def _no_constant(name):
    raise Unreadable(_("%(name)s is not a number") % {"name": name})


def _check_values(value):
    waiting = [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        if isinstance(item, str):
            _check_text(item)
        elif isinstance(item, float) and not math.isfinite(item):
            raise Unreadable(_("a number is too long"))
        elif isinstance(item, dict | list):
            if depth > DEPTH_LIMIT:
                raise Unreadable(_("nested too deeply"))
            waiting += [(inner, depth + 1) for inner in (item.values() if isinstance(item, dict) else item)]


def _check_text(text):
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text if char > "\ud7ff"):
        raise Unreadable(_("a text holds characters that stand for nothing"))
