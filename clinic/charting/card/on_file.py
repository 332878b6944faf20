"""What the chart holds of a patient beside today's note: read once for all parts of the card, and only what there is.

Most of these tables hold nothing for most people. One query asks which of them hold a row; the others are not read.
Nothing of it outlives the page.
"""

from functools import cached_property

from django.db.models import Exists, Prefetch
from django.db.models.fields.json import KT
from django.utils import timezone

from clinic.charting import notes
from clinic.charting.card import presets
from clinic.charting.contraindications import before_thrust
from clinic.charting.models import AdverseEvent, CarePlan, TreatmentApplied, Visit
from clinic.outcomes.models import PAIN, Response
from clinic.outcomes.recording import SPASMS
from clinic.scheduling.models import Appointment
from patients.models import Alert, Allergy, Condition, Coverage, Intake, StickyNote
from patients.sticking import MOST_UP

EARLIER = 3


class PatientOnFile:
    """What to be careful about with a patient: each table is read when it is asked for, at most once."""

    def __init__(self, patient):
        self.patient, self._read = patient, {}
        self._tables = {
            "alerts": Alert.objects.open().of(patient).order_by("raised_at", "pk"),
            "events": AdverseEvent.objects.open().of(patient).order_by("began_on", "pk"),
            "conditions": Condition.objects.counted().active().of(patient).with_person(),
            "allergies": Allergy.objects.of(patient).filter(entered_in_error_at=None, ended_on=None),
        }

    def holds(self, _name):
        """May this table hold a row?"""
        return True

    def rows(self, name):
        """The rows of a table, in its order."""
        if name not in self._read:
            self._read[name] = list(self._tables[name]) if self.holds(name) else []
        return self._read[name]

    def first(self, name):
        """The first row of a table, or None."""
        return next(iter(self.rows(name)), None)


class OnFile(PatientOnFile):
    """All that the card of a visit asks about the patient, the complaint and the practitioner; one query goes first."""

    def __init__(self, visit):
        super().__init__(visit.patient)
        self.visit = visit
        self._tables |= {**_of_patient(visit), **_of_complaint(visit)}
        self._tables["presets"] = presets.offered(visit.practitioner)

    @cached_property
    def _held(self):
        asked = {f"has_{name}": Exists(rows) for name, rows in self._tables.items()}
        return Visit.objects.filter(pk=self.visit.pk).values(**asked).get()

    def holds(self, name):
        """Does this table hold a row?"""
        return self._held[f"has_{name}"]

    @cached_property
    def standing(self):
        """What is asked before a thrust, and what the chart holds of it."""
        intake = self.first("intakes")
        return before_thrust.stands(
            self.visit,
            told=intake.mechanism if intake else "",
            flags=[(alert.flag, alert.raised_at) for alert in self.rows("alerts")],
            examinations=self.rows("examinations"),
            imaging=self.first("imaging"),
        )


def _of_patient(visit):
    patient = visit.patient
    handed_in = Intake.objects.of(patient).submitted().order_by("-submitted_at", "-pk")
    coming = Appointment.objects.blocking().of(patient).filter(starts_at__gt=timezone.now())
    return {
        "intakes": handed_in.annotate(mechanism=KT("answers__mechanism")).defer("answers")[:1],
        "scores": Response.objects.of(patient).filter(measure_id__in=(PAIN, SPASMS)),
        "notes": StickyNote.objects.of(patient).up()[: MOST_UP * 2],
        "coming": coming.order_by("starts_at").select_related("kind")[:1],
        "coverages": Coverage.objects.of(patient).on(notes.day_of(visit))[:1],
        "earlier": earlier_visits(visit),
    }


def _of_complaint(visit):
    return {
        "plans": CarePlan.objects.filter(episode=visit.episode_id).current()[:1],
        "examinations": before_thrust.examinations_of(visit),
        "imaging": before_thrust.decisions_on_imaging(visit)[:1],
    }


def earlier_visits(visit):
    """The last three visits before this one, newest first, with their findings and treatments."""
    rows = Visit.objects.of(visit.patient).valid().filter(visited_at__lt=visit.visited_at).exclude(pk=visit.pk)
    rows = rows.defer("document", "subjective", "objective", "assessment", "plan")
    given = TreatmentApplied.objects.select_related("kind").defer("kind__definition", "kind__evidence_note")
    return rows.prefetch_related("segment_findings", Prefetch("treatments", given)).order_by("-visited_at")[:EARLIER]
