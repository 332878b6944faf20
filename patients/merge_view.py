"""What the review of two records shows: the two side by side, what stands under each, and what to mind."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients import duplicates, matching, merging
from patients.models import Patient

# What is counted under each record, by the name under which the rows point at it.
COUNTED = {
    "visits": gettext_lazy("Visit notes"),
    "appointments": gettext_lazy("Appointments"),
    "episodes": gettext_lazy("Complaints"),
    "care_plans": gettext_lazy("Care plans"),
    "intakes": gettext_lazy("Health histories"),
    "conditions": gettext_lazy("Conditions"),
    "medications": gettext_lazy("Medicines"),
    "allergies": gettext_lazy("Allergies"),
    "alerts": gettext_lazy("Clinical alerts"),
    "documents": gettext_lazy("Documents"),
    "consents": gettext_lazy("Consents"),
    "assignments": gettext_lazy("Articles given"),
    "responses": gettext_lazy("Scores"),
    "waitlist_entries": gettext_lazy("Waiting list"),
}
TAKEN_OVER = {
    "phone": gettext_lazy("phone"),
    "email": gettext_lazy("e-mail"),
    "address": gettext_lazy("address"),
    "emergency": gettext_lazy("emergency contact"),
    "called": gettext_lazy("likes to be called"),
    "language": gettext_lazy("language"),
    "access": gettext_lazy("access needs"),
}
MOST_VISITS = 200


@dataclass(frozen=True)
class Line:
    """One line of the comparison."""

    label: str
    kept: str
    absorbed: str
    counts: bool = True

    @property
    def differs(self):
        """Do both say something, and not the same? (That they were registered on different days is no news.)"""
        return (
            self.counts
            and bool(self.kept and self.absorbed)
            and matching.plain(self.kept) != matching.plain(self.absorbed)
        )


def facts_of(record):
    """Return [(label, text)] of who a record says the person is."""
    return [
        (_("First name"), record.given_name),
        (_("Last name"), record.family_name),
        (_("Likes to be called"), record.preferred_name),
        (_("Birth date"), date_format(record.birth_date, "j M Y")),
        (_("Sex"), "" if record.sex == Patient.Sex.OTHER else record.get_sex_display()),
        (_("Phone"), record.phone),
        (_("E-mail"), record.email),
        (_("Address"), ", ".join(record.address_lines)),
        (_("Language"), record.language),
        (_("Emergency contact"), f"{record.emergency_name} {record.emergency_phone}".strip()),
        (_("Died on"), date_format(record.deceased_on, "j M Y") if record.deceased_on else ""),
        (_("Own account"), _("yes") if record.user_id else ""),
        (_("Registered"), date_format(timezone.localtime(record.created_at), "j M Y")),
    ]


def side_by_side(kept, absorbed):
    """Return the `Line`s of two records, leaving out what neither says anything about."""
    pairs = zip(facts_of(kept), facts_of(absorbed), strict=True)
    told = [(label, one, other) for (label, one), (_label, other) in pairs if one or other]
    return [Line(*each, counts=each[0] != _("Registered")) for each in told]


def rows_of(name):
    """Return the table of this relation: for apps that lie above us."""
    table: Any = Patient._meta.get_field(name).related_model
    return table._default_manager.all()


def counts(kept, absorbed):
    """Return [(label, rows of the kept record, rows of the other)] of what stands under either, one query a table."""
    found = []
    for name, label in COUNTED.items():
        rows = rows_of(name).filter(patient__in=[kept, absorbed]).order_by()
        of = dict(rows.values_list("patient").annotate(Count("pk")))
        if of:
            found.append((label, of.get(kept.pk, 0), of.get(absorbed.pk, 0)))
    return found


def warnings(merge):
    """Return what to mind before the two are joined, in words."""
    one, other = merge.kept, merge.absorbed
    if one.birth_date != other.birth_date:
        yield _("The birth dates differ.")
    if {one.sex, other.sex} == {Patient.Sex.FEMALE, Patient.Sex.MALE}:
        yield _("One record says female, the other male.")
    if one.user_id and other.user_id:
        yield _("Both have an account of their own. Both go on to work and show the whole record.")
    if overlapping := overlaps(one, other):
        day = date_format(timezone.localtime(overlapping[0]), "D, j M, H:i")
        yield _("They are booked at the same time: %(day)s. Move or cancel one of the two.") % {"day": day}
    if len({row.patient_id for row in rows_of("intakes").filter(patient__in=[one, other], submitted_at=None)}) == 2:
        yield _("Both have a health history that is not handed in yet. Each can still be filled in.")


def overlaps(one, other):
    """Return the starts of visits to come of the one that overlap a visit of the other."""
    rows = rows_of("appointments").blocking().filter(patient__in=[one, other], ends_at__gt=timezone.now())
    spans: dict[int, list] = {one.pk: [], other.pk: []}
    for patient, start, end in rows.order_by("starts_at").values_list("patient", "starts_at", "ends_at")[:MOST_VISITS]:
        spans[patient].append((start, end))
    return [
        max(start, begin)
        for start, end in spans[one.pk]
        for begin, finish in spans[other.pk]
        if start < finish and begin < end
    ]


def hindrance(merge):
    """Return in words what forbids joining the two, or an empty text."""
    try:
        merging.check(merge.kept, merge.absorbed)
    except merging.CannotMerge as refused:
        return refused.told
    return ""


def review(merge):
    """Return what the page of one proposal shows."""
    likeness = matching.compare(duplicates.person_of(merge.kept), duplicates.person_of(merge.absorbed))
    is_open, in_force = merge.decided_at is None, merge.is_merged and merge.undone_at is None
    return {
        "merge": merge,
        "is_open": is_open,
        "in_force": in_force,
        "likeness": likeness.in_words,
        "lines": side_by_side(merge.kept, merge.absorbed),
        "counts": counts(merge.kept, merge.absorbed),
        "warnings": list(warnings(merge)) if is_open else [],
        "hindrance": hindrance(merge) if is_open else "",
        "lacking": lacking(merge) if in_force else [],
    }


def lacking(merge):
    """Return [(word of the button, label, text)] of what the kept record may take over."""
    found = merging.lacking(merge)
    return [
        (what, TAKEN_OVER[what], ", ".join(str(value) for value in fields.values() if value and value is not True))
        for what, fields in found.items()
    ]
