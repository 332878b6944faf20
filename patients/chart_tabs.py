"""Tabs of a patient's chart that belong to higher floors: they register here when the application starts.

A tab's template is `admin/patients/patient/_<name>.html`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

REGISTERED: dict[str, "Tab"] = {}


@dataclass(frozen=True)
class Tab:
    """One tab: its name in the address, its label, the right that opens it, and after which tab it stands.

    `context(request, patient)` gives what the template shows. `deeds` are the buttons of the tab by the word of their
    `do`; each takes (request, patient, what) and returns an answer, or raises one of `refusals`, whose `context` brings
    the tab back with what is wrong (422).
    """

    name: str
    label: "StrOrPromise"
    context: Callable[[Any, Any], dict]
    right: str = "health.view"
    after: str = "overview"
    deeds: Mapping[str, Callable] = field(default_factory=dict)
    refusal: type[Exception] | None = None


def register(tab: Tab) -> None:
    """Add a tab; the same name again takes its place."""
    REGISTERED[tab.name] = tab


def placed(tabs):
    """Return [(name, label)] of the given tabs with the registered ones in their places.

    One with the name of a given tab takes its place.
    """
    found = [(name, REGISTERED[name].label if name in REGISTERED else label) for name, label in tabs]
    for tab in REGISTERED.values():
        names = [name for name, _label in found]
        if tab.name not in names:
            at = names.index(tab.after) + 1 if tab.after in names else len(found)
            found.insert(at, (tab.name, tab.label))
    return found
