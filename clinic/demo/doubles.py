"""People who were registered twice: one pair waits to be reviewed, another was joined some days ago."""

from datetime import timedelta

from clinic.accounts.roles import Role
from patients import duplicates, matching, registering
from patients.models import Allergy, Merge

# How a name is written down by somebody who only hears it; the first that changes it is taken.
HEARD = (
    *(("nn", "n"), ("ll", "l"), ("ff", "f"), ("ph", "f"), ("ie", "y"), ("th", "t")),
    *(("C", "K"), ("ei", "ai"), ("ss", "s")),
)
OLD_ENOUGH, PAIRS = 20, 2


def write(patients, *, staff, now):
    """Register two of these people a second time, with a proposal for each; the second pair is joined already."""
    known = [row for row in patients[2:] if row.deceased_on is None and row.age >= OLD_ENOUGH]
    pairs = [(row, heard) for row in known if (heard := _heard(row))][:PAIRS]
    desk, admin = staff.user(Role.RECEPTIONIST), staff.user(Role.CLINIC_ADMIN)
    for number, (row, heard) in enumerate(pairs):
        double = _register(row, heard, now - timedelta(days=9 + 12 * number))
        merge = _propose(row, double, desk, now - timedelta(days=1))
        if number:
            _join(merge, admin, now - timedelta(hours=20))


def _heard(patient):
    """Return the first name as it might be written down by ear, if the comparison still knows the person; or empty."""
    for heard, written in HEARD:
        name = patient.given_name.replace(heard, written, 1)
        double = matching.Person(name, patient.family_name, patient.birth_date, phone=patient.phone)
        if name != patient.given_name and matching.compare(duplicates.person_of(patient), double).is_likely:
            return name
    return ""


def _register(patient, name, at):
    """A second record with what somebody says on the phone: name, birth date, phone."""
    return registering.create(
        given_name=name,
        family_name=patient.family_name,
        birth_date=patient.birth_date,
        phone=patient.phone,
        created_at=at,
    )


def _propose(patient, double, by, at):
    likeness = matching.compare(duplicates.person_of(patient), duplicates.person_of(double))
    return Merge.objects.create(
        kept=patient, absorbed=double, because=likeness.in_words, proposed_by=by, proposed_at=at
    )


def _join(merge, by, at):
    """Point from one record to the other; something was written under the double before it was noticed."""
    double = merge.absorbed
    Allergy.objects.create(patient=double, label="Adhesive tape", recorded_at=double.created_at)
    double.merged_into = merge.kept
    double.save(update_fields=["merged_into"])
    merge.decided_at, merge.decided_by, merge.is_merged = at, by, True
    merge.save(update_fields=["decided_at", "decided_by", "is_merged"])
