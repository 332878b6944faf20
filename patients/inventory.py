"""Every table that points at a patient, and what becomes of its rows: one list, held against the models by a test.

`exported`: is it part of what a patient may take along? `erased`: what is done with it when a record is erased after
the years of retention. `read_as_one`: is it read through `Model.objects.of(patient)`, so that records that were joined
read as one person?
"""

from dataclasses import dataclass

DELETED, KEPT, EMPTIED = "deleted", "kept", "emptied"


@dataclass(frozen=True)
class Held:
    """What is done with the rows of one table that point at a patient."""

    exported: bool
    erased: str
    read_as_one: bool = True
    because: str = ""


CLINICAL = Held(exported=True, erased=DELETED, because="part of the health record, erased with it when its years end")
AMONG_STAFF = Held(exported=False, erased=DELETED, because="a note among those who work here")
VERSIONS = Held(exported=False, erased=DELETED, read_as_one=False, because="earlier versions of a row, read beside it")

# "app.model.field" -> what is done with it. The keys are compared with the models.
INVENTORY = {
    "patients.patient.merged_into": Held(
        exported=False, erased=EMPTIED, read_as_one=False, because="says itself which records are one person"
    ),
    "patients.historicalpatient.merged_into": VERSIONS,
    "patients.searchtoken.patient": Held(
        exported=False, erased=DELETED, read_as_one=False, because="found by Patient.search, which answers the kept one"
    ),
    "patients.externalid.patient": Held(
        exported=True, erased=DELETED, read_as_one=False, because="looked up by its number; the import finds the kept"
    ),
    "patients.proxygrant.patient": Held(
        exported=True, erased=DELETED, read_as_one=False, because="asked for by the account; in_care_of opens both"
    ),
    "patients.merge.kept": Held(
        exported=False, erased=DELETED, read_as_one=False, because="is about two records, not of one person"
    ),
    "patients.merge.absorbed": Held(
        exported=False, erased=DELETED, read_as_one=False, because="is about two records, not of one person"
    ),
    "patients.intake.patient": CLINICAL,
    "patients.condition.patient": CLINICAL,
    "patients.medication.patient": CLINICAL,
    "patients.allergy.patient": CLINICAL,
    "patients.procedure.patient": CLINICAL,
    "patients.historicalcondition.patient": VERSIONS,
    "patients.historicalmedication.patient": VERSIONS,
    "patients.historicalallergy.patient": VERSIONS,
    "patients.alert.patient": CLINICAL,
    "patients.riskfinding.patient": CLINICAL,
    "patients.selfcareitem.patient": CLINICAL,
    "patients.consent.patient": CLINICAL,
    "patients.coverage.patient": CLINICAL,
    "patients.document.patient": CLINICAL,
    "patients.stickynote.patient": AMONG_STAFF,
    "patients.calllog.patient": AMONG_STAFF,
    "patients.task.patient": AMONG_STAFF,
    "content.assignment.patient": CLINICAL,
    "scheduling.appointment.patient": Held(
        exported=True, erased=EMPTIED, because="the clinic's book keeps the time, without whose it was"
    ),
    "scheduling.series.patient": Held(exported=False, erased=DELETED, because="its visits are exported"),
    "scheduling.waitlistentry.patient": Held(exported=True, erased=DELETED, because="what the person wished for"),
    "scheduling.calendarfeed.patient": Held(
        exported=False, erased=DELETED, because="an address that is a key: only its hash is kept"
    ),
    "outcomes.response.patient": CLINICAL,
    "outcomes.checkin.patient": CLINICAL,
    "charting.episode.patient": CLINICAL,
    "charting.visit.patient": CLINICAL,
    "charting.careplan.patient": CLINICAL,
    "charting.adverseevent.patient": CLINICAL,
    "charting.referral.patient": CLINICAL,
}
