"""The visit note on paper: what was said, found, done and planned, and what makes it binding or takes it back."""

import json

from django.utils.translation import gettext as _

from clinic.charting import notes
from clinic.charting.card import card_view
from clinic.charting.findings import finding_words
from clinic.charting.kinds import parameters
from clinic.charting.models import Visit, VisitMark

PARTS = (*finding_words.ROWS, "diagnoses__code", "addenda", "marks__by__practitioner")


def content(visit):
    """Return what the template of a note shows; the number of queries is the same for every note."""
    read = Visit.objects.prefetch_related(*PARTS).get(pk=visit.pk)
    given = visit.treatments.select_related("kind", "performed_by__practitioner", "supervised_by", "device")
    marks = {mark.kind: mark for mark in read.marks.all()}
    return {
        "title": _("Visit note"),
        "visit": visit,
        "found": finding_words.lines(read),
        "given": [_given(row, visit) for row in given.order_by("pk")],
        "diagnoses": list(read.diagnoses.all()),
        "addenda": list(read.addenda.all()),
        "wrong": marks.get(VisitMark.Kind.ENTERED_IN_ERROR),
        "co_signed": marks.get(VisitMark.Kind.CO_SIGNED),
        "is_whole": notes.is_whole(visit) if visit.is_signed else None,
        "signed_name": _name_when_signed(visit),
    }


def _given(row, visit):
    """One treatment: what, where, how, how long, what came of it, who gave it if not the practitioner."""
    by_other = row.performed_by_id != visit.practitioner.user_id
    shown = {name: value for name, value in row.parameters.items() if name not in ("segments", "minutes", "regions")}
    said = [
        card_view.where_words(row),
        parameters.describe(row.kind.definition, shown),
        _("%(n)s min") % {"n": row.minutes} if row.minutes else "",
        str(row.device) if row.device else "",
        row.response,
        _("by %(who)s") % {"who": row.performed_by} if by_other else "",
        _("supervised by %(who)s") % {"who": row.supervised_by} if row.supervised_by else "",
    ]
    return {"label": row.kind.label, "said": ", ".join(part for part in said if part), "row": row}


def _name_when_signed(visit):
    """The patient's name under which the note was signed, where it is another today; empty when it is the same."""
    if not visit.document:
        return ""
    then = json.loads(visit.document).get("patient", {}).get("name", "")
    now = visit.patient.merged_into or visit.patient
    return then if then != now.full_name else ""
