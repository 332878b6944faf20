"""What the clinic hands out on paper: which documents there are, whose, on what sheet, and under which name.

A paper holds no more than its reader needs: the name of its file and its metadata carry the chart number alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.charting.models import Episode, Referral, Visit
from clinic.charting.papers import findings_paper, note_paper, summary_paper
from clinic.charting.papers.letter_standing import standing
from clinic.practice.profile import clinic
from patients.models import Patient

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Where offices use Letter (8.5 x 11 in): countries of Location.country. Everybody else: A4 (ISO 216).
ON_LETTER = frozenset({"US", "CA", "MX", "PH", "CL", "CO", "VE", "CR", "PA", "GT", "SV", "NI", "HN", "DO", "PR"})


@dataclass(frozen=True)
class Kind:
    """One kind of document: what it is made from, the right that opens it, and what fills its template.

    `rows` are joined so that one query reads the row with its patient; `content(row)` gives the template's context.
    """

    slug: str
    label: "StrOrPromise"
    model: type[Model]
    right: str
    content: Callable[[Any], dict]
    rows: tuple[str, ...] = ()

    @property
    def template(self) -> str:
        return f"admin/charting/paper/_{self.slug}.html"

    def read(self, user: Any) -> Any:
        """The rows of which this user may have such a paper."""
        model: Any = self.model
        return model.objects.for_user(user).select_related(*self.rows)


@dataclass(frozen=True)
class Paper:
    """One document, ready to be shown, printed or drawn as PDF."""

    kind: Kind
    row: Any
    patient: Patient
    letterhead: Any
    content: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return str(self.content.get("title") or self.kind.label)

    @property
    def name(self) -> str:
        """Title of the file's metadata: what it is and the chart number, no name."""
        return f"{self.title} {self.patient.chart_number}"

    @property
    def file_name(self) -> str:
        own = f"-{self.row.pk}" if self.row != self.patient else ""
        return f"{self.kind.slug}-{self.patient.chart_number}{own}.pdf"

    @property
    def sheet(self) -> str:
        """The size of the sheet, by the country of the clinic's first place: "letter" or "a4"."""
        place = self.letterhead.location
        return "letter" if place is None or place.country.upper() in ON_LETTER else "a4"


def _letter(letter):
    return {"title": letter.get_kind_display(), "letter": letter, "standing": standing(letter)}


KINDS = {
    kind.slug: kind
    for kind in (
        Kind(
            "note",
            _("Visit note"),
            Visit,
            "visit.view",
            note_paper.content,
            ("patient__merged_into", "episode", "practitioner__location", "check_in"),
        ),
        Kind(
            "findings",
            _("Report of findings"),
            Episode,
            "visit.view",
            findings_paper.content,
            ("patient__merged_into",),
        ),
        Kind(
            "letter",
            _("Letter"),
            Referral,
            "referral.view",
            _letter,
            ("patient__merged_into", "episode", "written_by__practitioner"),
        ),
        Kind("summary", _("Patient summary"), Patient, "visit.view", summary_paper.content, ("merged_into",)),
    )
}


def of(kind, row, letterhead=None):
    """Return the `Paper` of this kind about a row read with `kind.read`; it names the record that is kept.

    `letterhead` is the clinic as `practice.profile.clinic` reads it, where it is at hand already.
    """
    patient = row if isinstance(row, Patient) else row.patient
    patient = patient.merged_into or patient
    row = patient if isinstance(row, Patient) else row
    content = {"printed_at": timezone.now(), **kind.content(row)}
    return Paper(kind, row, patient, letterhead or clinic(), content)
