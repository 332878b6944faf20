"""Who is meant: references between the resources of one import. Nothing outside of it is looked up."""

from collections import defaultdict
from urllib.parse import unquote

from clinic.fhir.elements import Unfit


class References:
    """The names under which the resources of an import are spoken of; a Bundle's own names come first."""

    def __init__(self):
        self._targets = defaultdict(list)

    def add(self, found, target, identifiers=()):
        """Note `target` under its id, its full address in a Bundle, and its identifiers (system, value)."""
        kind, own = found.resource["resourceType"], found.resource.get("id")
        names = {f"{kind}/{own}"} if own else set()
        names |= {f"{kind}?identifier={system}|{value}" for system, value in identifiers}
        names |= {found.full_url} if found.full_url else set()
        for name in names:
            for scope in {found.bundle, ""}:
                self._targets[scope, name].append(target)

    def find(self, names, bundle, *, unknown):
        """Return the targets that go by one of these names, seen from this Bundle. Raises `Unfit(unknown)`."""
        for name in names:
            for scope in dict.fromkeys((bundle, "")):
                if targets := self._targets.get((scope, name)):
                    return targets
        raise Unfit(unknown)


def names_of(reference):
    """Return the names by which a FHIR Reference may mean its target, the exact ones first."""
    return tuple(name for name in _names(reference or {}) if name)


def _names(reference):
    text = (reference.get("reference") or "").partition("/_history/")[0]
    identifier = reference.get("identifier") or {}
    yield text
    yield unquote(text)
    if text.startswith(("http://", "https://")):
        yield "/".join(text.split("/")[-2:])
    if identifier.get("value"):
        yield f"{reference.get('type', 'Patient')}?identifier={identifier.get('system', '')}|{identifier['value']}"
