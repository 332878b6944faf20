"""What the demo knows around its people: notes, needs, names they like, a guardian, somebody who has died."""

from datetime import timedelta

from clinic.scheduling.models import Appointment
from patients import granting
from patients.models import Patient, ProxyGrant, StickyNote

NOTES = (
    "Prefers the quiet room at the back.",
    "Parks behind the house; ring when the gate is shut.",
    "Pays in cash, likes a paper receipt.",
    "Her sister drives her and waits in the car.",
    "Always ten minutes early.",
)
ACCESS = ("Wheelchair: ramp at the back door", "Hard of hearing on the left", "Walks with a frame")
FEW = 12
GRIEF = timedelta(days=40)


def write(patients, *, staff_desk, now, zone):
    """Write notes and needs of a few; one who did not come lately has died."""
    today = now.astimezone(zone).date()
    living = [one for one in patients[2:] if one.deceased_on is None]
    StickyNote.objects.bulk_create(
        StickyNote(patient=one, text=NOTES[n % len(NOTES)], put_up_by=staff_desk, put_up_at=now - timedelta(days=n + 1))
        for n, one in enumerate([patients[0], *living[: FEW - 1]])
    )
    _needs(living)
    _has_died(living, today, zone)


def _needs(living):
    for n, one in enumerate(living[3:9]):
        one.access_needs = ACCESS[n % len(ACCESS)] if n % 2 else ""
    for one in living[3:60]:
        one.needs_interpreter = one.language not in ("", "English") and one.pk % 2 == 0
    Patient.objects.bulk_update(living[3:60], ["access_needs", "needs_interpreter"])


def _has_died(living, today, zone):
    """One who did not come lately and will not, the oldest of them; what happened before stays."""
    last = dict(Appointment.objects.order_by("starts_at").values_list("patient", "starts_at"))
    days = {one.pk: last[one.pk].astimezone(zone).date() for one in living if one.pk in last}
    quiet = [one for one in living if days.get(one.pk, today - GRIEF) < today and one.user_id is None]
    for one in sorted(quiet, key=lambda each: (days.get(each.pk, today - GRIEF) > today - GRIEF, each.birth_date))[:1]:
        one.deceased_on = max(days.get(one.pk, today - GRIEF), today - GRIEF)
        one.save(update_fields=["deceased_on"])


def grant_for_the_son(mother, son, *, by, today):
    """The mother acts for her son, as his guardian until the day before he turns 18."""
    ProxyGrant.objects.create(
        patient=son,
        user=mother.user,
        relation="mother",
        identity_seen="passport and birth certificate",
        is_guardian=True,
        starts_on=today - timedelta(days=200),
        ends_on=granting.last_day_of_minority(son),
        granted_by=by,
        **{f"may_{scope}": True for scope in granting.SCOPES},
    )
