"""Starting points for a plan, from the norms of published guidelines; the clinician changes them at will."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

DATA = Path(__file__).parent.parent / "data" / "plan_templates.csv"
LABELS = {
    "acute_simple": gettext_lazy("Acute, simple"),
    "acute_complicated": gettext_lazy("Acute, complicated"),
    "twelve_in_six": gettext_lazy("Twelve visits in six weeks"),
    "chronic": gettext_lazy("Chronic"),
    "flare": gettext_lazy("Mild flare"),
}


@dataclass(frozen=True)
class Template:
    """One starting point: phases as (name, visits, weeks), in their order."""

    slug: str
    phases: tuple[tuple[str, int, int], ...]
    planned_visits: int
    first_check_days: int
    stop_rule: str
    source: str

    @property
    def label(self):
        return LABELS[self.slug]

    @property
    def in_short(self):
        """The visits and weeks of each phase, such as "6 in 3 weeks, then 4 in 3"."""
        (_name, visits, weeks), *later = self.phases
        first = _("%(n)s visits in %(w)s weeks") % {"n": visits, "w": weeks}
        return ", ".join([first, *(_("then %(n)s in %(w)s") % {"n": n, "w": w} for _name, n, w in later)])


def _phase(text):
    name, visits, weeks = text.split(":")
    return name, int(visits), int(weeks)


@cache
def load() -> dict[str, Template]:
    """The templates by their short name, in the order of the file."""
    with DATA.open(newline="", encoding="utf-8") as file:
        return {
            row["slug"]: Template(
                row["slug"],
                tuple(_phase(text) for text in row["phases"].split()),
                int(row["planned_visits"]),
                int(row["first_check_days"]),
                row["stop_rule"],
                row["source"],
            )
            for row in csv.DictReader(file)
        }
