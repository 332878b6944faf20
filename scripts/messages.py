"""The Spanish of the pages and mails that patients read: gather what they say, keep the catalog, compile it.

    .venv/bin/python scripts/messages.py

Gathers every text marked for translation in SOURCES, writes locale/es/LC_MESSAGES/django.po (kept translations stay, a
text that is gone goes, a new one stands there empty) and compiles django.mo. Needs no gettext tools. Staff pages are in
English; their texts are not gathered, so that the catalog stays small enough to be read.
"""

import ast
import re
import struct
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "locale" / "es" / "LC_MESSAGES"
SOURCES = """
templates/*.html
templates/account/*.html
templates/accounts/*.html
templates/allauth/**/*.html
templates/content/*.html
templates/emails/**/*.txt
templates/intake/**/*.html
templates/portal/*.html
templates/reception/intake_paper.html
templates/reception/kiosk/*.html
templates/website/*.html
clinic/anatomy/body_drawing.py
clinic/anatomy/regions.py
clinic/anatomy/sides.py
clinic/anatomy/sites.py
clinic/accounts/roles.py::Role
clinic/outcomes/models.py::CheckIn.Change
clinic/portal/**/*.py
clinic/reception/kiosk*.py
clinic/scheduling/calendars.py
clinic/scheduling/models/appointments.py::Status
clinic/website/*.py
patients/answer_words.py
patients/answers.py
patients/column_labels.py
patients/consent_forms.py::CardForm
patients/consent_standing.py
patients/consent_words.py
patients/document_forms.py
patients/invitations.py
patients/models/documents.py::Document.Kind,Document.MediaType
patients/models/intake.py::Intake.FilledBy
patients/models/people.py::Patient.Channel
patients/questions.py
patients/uploads.py
"""
STAFF_ONLY = """
templates/website/setup.html
templates/reception/kiosk/pair.html
clinic/website/setup.py
clinic/website/setup_forms.py
"""
HEADER = """\
Project-Id-Version: Vertebra
Language: es
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit
Plural-Forms: nplurals=2; plural=(n != 1);
"""
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
_CALL = re.compile(r"\b(_|n?p?gettext)\(")
_TEXT = re.compile(r"""\s*u?('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")\s*,?""", re.DOTALL)
_LINE = re.compile(r'(?:(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) )?"(.*)"')


@dataclass(frozen=True)
class Message:
    """One text as the code marks it: its words, its plural words, its context."""

    id: str
    plural: str = ""
    context: str = ""

    @property
    def key(self):
        """How a compiled catalog names it."""
        return (f"{self.context}\x04" if self.context else "") + self.id


@dataclass
class Entry:
    """One text of the catalog with its Spanish (one form, or two for a plural) and where it stands."""

    said: tuple[str, ...] = ("",)
    places: list[str] = field(default_factory=list)


def sources():
    """Return the files whose texts patients read, as path and the names in it that count (all when empty)."""
    apart = set(STAFF_ONLY.split())
    found = {}
    for line in SOURCES.split():
        pattern, _, names = line.partition("::")
        for path in sorted(ROOT.glob(pattern)):
            if path.relative_to(ROOT).as_posix() not in apart:
                found[path] = tuple(names.split(",")) if names else ()
    return found


def gather(path, names=()):
    """Return the messages of one file."""
    text = path.read_text(encoding="utf-8")
    return list(of_python(text, names)) if path.suffix == ".py" else list(of_template(text))


def of_python(text, names=()):
    """Yield what a module marks; with `names`, only inside these classes (`Document.Kind`), functions, assignments."""
    tree = ast.parse(text)
    parts = [_named(tree, name.split(".")) for name in names] or [tree]
    for call in (node for part in parts for node in ast.walk(part) if isinstance(node, ast.Call)):
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        said = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if name in CALLS and said:
            yield _message(name, said)


def _named(node, path):
    """Return the part of a module with this name. Raises LookupError when nothing is called that."""
    for name in path:
        found = [part for part in node.body if name in _names(part)]
        if not found:
            raise LookupError(f"{name} of {'.'.join(path)} is not there any more")
        node = found[0]
    return node


def _names(node):
    targets = getattr(node, "targets", [node, getattr(node, "target", None)])
    return {getattr(one, "name", getattr(one, "id", "")) for one in targets}


def of_template(text):
    """Yield what a template marks, as Django itself reads it."""
    from django.utils.translation.template import templatize

    text = templatize(text)
    for call in _CALL.finditer(text):
        said, at = [], call.end()
        while part := _TEXT.match(text, at):
            said.append(ast.literal_eval(part[1]))
            at = part.end()
        if said:
            yield _message(call[1], said)


def _message(name, said):
    context = said.pop(0) if "pgettext" in name else ""
    return Message(said[0], said[1] if "ngettext" in name or "npgettext" in name else "", context)


def read(text):
    """Read a catalog (.po) as message -> Spanish forms, in its order; the header is left out."""
    found, entry, last = {}, {}, ""
    for line in [*text.splitlines(), ""]:
        if part := _LINE.fullmatch(line):
            last = part[1] or last
            entry[last] = entry.get(last, "") + ast.literal_eval(f'"{part[2]}"')
        elif not line and entry:
            message = Message(entry["msgid"], entry.get("msgid_plural", ""), entry.get("msgctxt", ""))
            if message.id:
                found[message] = tuple(said for name, said in sorted(entry.items()) if name.startswith("msgstr"))
            entry = {}
    return found


def write(entries):
    """Return the text of a catalog: the header, then each message with its places and its Spanish."""
    parts = ['msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in HEADER.splitlines())]
    for message, entry in entries.items():
        lines = [f"#: {place}" for place in entry.places]
        lines += [f"msgctxt {_quoted(message.context)}"] * bool(message.context)
        lines += [f"msgid {_quoted(message.id)}"]
        lines += [f"msgid_plural {_quoted(message.plural)}"] * bool(message.plural)
        names = [f"msgstr[{n}]" for n in range(len(entry.said))] if message.plural else ["msgstr"]
        lines += [f"{name} {_quoted(said)}" for name, said in zip(names, entry.said, strict=True)]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def compiled(catalog):
    """Return the compiled catalog (.mo): a text without Spanish is left out, so that it stays English."""
    pairs = {"": HEADER}
    for message, said in catalog.items():
        if all(said):
            pairs[message.key + (f"\0{message.plural}" if message.plural else "")] = "\0".join(said)
    ids, texts = zip(*sorted((key.encode(), said.encode()) for key, said in pairs.items()), strict=True)
    at = 28 + 16 * len(ids)
    tables, block = [], b""
    for column in (ids, texts):
        for one in column:
            tables += [len(one), at + len(block)]
            block += one + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(ids), 28, 28 + 8 * len(ids), 0, at)
    return head + struct.pack(f"<{len(tables)}I", *tables) + block


def gathered():
    """Return all messages of SOURCES as message -> the files it stands in.

    A text that stands alone in one place and with a plural in another is one message. Raises ValueError when one text
    has two plurals: a catalog cannot tell them apart, so one of them needs a context.
    """
    found = {}
    for path, names in sources().items():
        for message in gather(path, names):
            found.setdefault(message, []).append(path.relative_to(ROOT).as_posix())
    plurals = {}
    for message in [message for message in found if message.plural]:
        if plurals.setdefault(message.key, message) != message:
            raise ValueError(f"{message.id!r} has two plurals: give one of them a context")
    for message in [message for message in found if not message.plural and message.key in plurals]:
        found[plurals[message.key]] += found.pop(message)
    return found


def main():
    """Bring the catalog up to date and say what is still without Spanish."""
    from django.conf import settings

    if not settings.configured:
        settings.configure()
    po = FOLDER / "django.po"
    kept = read(po.read_text(encoding="utf-8")) if po.exists() else {}
    entries = {}
    for message, places in gathered().items():
        blank = ("", "") if message.plural else ("",)
        entries[message] = Entry(kept.get(message, blank), sorted(set(places)))
    FOLDER.mkdir(parents=True, exist_ok=True)
    po.write_text(write(entries), encoding="utf-8")
    (FOLDER / "django.mo").write_bytes(compiled({message: entry.said for message, entry in entries.items()}))
    empty = [message.id for message, entry in entries.items() if not all(entry.said)]
    print(f"{len(entries)} texts, {len(empty)} without Spanish", *empty[:20], sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
