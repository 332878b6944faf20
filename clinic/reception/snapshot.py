"""What the desk knows of one patient: who, how to reach them, today, next and last visits. Never their health."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from clinic.accounts.models import SignedLink
from clinic.accounts.roles import can
from clinic.audit.recording import record
from clinic.charting import safety
from clinic.reception.cards import Card
from clinic.scheduling.models import Appointment
from clinic.scheduling.models.appointments import FREEING, Status, day_start
from clinic.scheduling.steps import FLOW
from patients import consent_standing, coverages, granting, person_updates, sticking
from patients.models import Alert, Intake, Patient, StickyNote

MOST_VISITS, MOST_GRANTS = 4, 4


@dataclass
class Snapshot:
    """One patient as the side panel and the patient's page of the desk show them."""

    patient: Patient
    now: datetime
    has_alert: bool = False
    words: list = field(default_factory=list)  # what the alert says: filled for clinicians only
    today: Card | None = None
    coming: list = field(default_factory=list)
    past: list = field(default_factory=list)
    intake: object = None
    consents: tuple = ()  # a state and a number, and no more
    invited_at: object = None
    cover: object = None  # who pays
    details: list = field(default_factory=list)  # given in a health history, about the person, to accept
    may_step: bool = False
    may_file: bool = False
    notes: list = field(default_factory=list)
    grants: list = field(default_factory=list)
    may_see_grants: bool = False

    @property
    def last(self):
        """The last visit that took place, or None."""
        return next((a for a in self.past if a.status == Status.DONE), None)

    @property
    def status(self):
        """Where today's visit stands; None without one."""
        return self.today.status if self.today else None

    @property
    def stages(self):
        """(label, "past", "now" or "") for the seven stages of today's visit."""
        at = FLOW.index(self.status) if self.status in FLOW else -1
        return [
            (status.label, "past" if rank < at else "now" if rank == at else "") for rank, status in enumerate(FLOW)
        ]

    @property
    def can_undo(self):
        return self.status not in (None, Status.BOOKED, Status.HELD)

    @property
    def can_cancel(self):
        return self.status in (Status.BOOKED, Status.CONFIRMED, Status.ARRIVED)

    @property
    def can_miss(self):
        return self.today is not None and self.can_cancel and self.today.appointment.starts_at < self.now


def read(patient, *, user, now=None):
    """Read the snapshot of `patient` for `user`; that it was read is written down."""
    now = now or timezone.now()
    record("chart.read", patient, by=user, patient=patient)
    made = Snapshot(patient, now, may_step=can(user, "appointment.change"))
    made.may_file = can(user, "document.add")
    made.has_alert = bool(safety.patients_with_alert([patient]))
    if made.has_alert and can(user, "alert.view_content"):
        made.words = words_of(patient, user)
    _read_visits(made, user)
    made.notes = list(StickyNote.objects.of(patient).for_user(user).up()[: sticking.MOST_UP * 2])
    made.may_see_grants = can(user, "grant.view")
    made.grants = list(granting.of(patient)[:MOST_GRANTS]) if made.may_see_grants else []
    made.intake = (
        Intake.objects.of(patient).only("version", "created_at", "saved_at", "submitted_at", "patient").first()
    )
    made.invited_at = _invited_at(patient)
    made.consents = consent_standing.desk_status(patient) if can(user, "consent.status") else ()
    made.cover = coverages.current(patient, timezone.localdate(now)) if can(user, "coverage.view") else None
    made.details = person_updates.waiting(patient) if can(user, "person.accept") else []
    return made


def words_of(patient, user):
    """Return what stands behind "Clinical alert", for clinicians: open red flags and conditions, (what, what to do)."""
    flags = Alert.objects.for_user(user).open().of(patient)
    conditions = [(condition.label, "") for condition, _level in safety.banner(patient)]
    return [(alert.points_to, alert.staff_action) for alert in flags] + conditions


def _read_visits(made, user):
    """Today's visit (the one in progress, else the next), the next ones and the last ones: a few rows each."""
    zone = timezone.get_current_timezone()
    midnight = day_start(timezone.localdate(made.now), zone)
    own = Appointment.objects.for_user(user).of(made.patient).with_series_length()
    own = own.select_related("practitioner", "kind", "room")
    ahead = list(own.filter(starts_at__gte=midnight).exclude(status=Status.EXPIRED)[: MOST_VISITS * 2])
    made.past = list(own.filter(starts_at__lt=midnight).order_by("-starts_at")[:MOST_VISITS])
    of_today = [a for a in ahead if timezone.localdate(a.starts_at) == timezone.localdate(made.now)]
    if of_today:
        made.today = Card(min(of_today, key=_standing), made.now, has_alert=made.has_alert)
    made.coming = [a for a in ahead if a not in of_today and a.status not in FREEING][:MOST_VISITS]


def _standing(appointment):
    """Order of today's visits: in the clinic, then still to come, then done, then freed; the earliest first."""
    if appointment.status in FREEING:
        return 3, appointment.starts_at
    if appointment.status == Status.DONE:
        return 2, appointment.starts_at
    return int(appointment.arrived_at is None), appointment.starts_at


def _invited_at(patient):
    if patient.user_id:
        return None
    invitations = SignedLink.objects.filter(
        scope=SignedLink.Scope.INVITATION, subject_id=patient.pk, used_at=None, revoked_at=None
    )
    return invitations.order_by("-created_at").values_list("created_at", flat=True).first()
