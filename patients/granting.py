"""Leave to act for a patient: given at the desk to who has shown who they are, dated, scoped, taken back at once.

A minor's own voice counts from the 18th birthday: no leave given before it reaches beyond the last day of 17, whoever
holds it. Patients take back leave they gave; those who hold it may lay it down.
"""

from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.models import RoleGrant, User, normalise_email
from clinic.accounts.roles import Role, can, require
from clinic.audit.recording import record
from clinic.messaging import outbox
from patients.languages import writing_to
from patients.models import Patient, ProxyGrant

MAJORITY = 18
SCOPES = ("record", "booking", "forms", "messages")
ENDS_SOON = timedelta(days=30)
MOST_LISTED = 100


class NoSuchAccount(Exception):
    """Nobody signs in with this address yet; with a name an account is opened for them."""


class StaffAccount(Exception):
    """Who works here signs in with this address: leave goes to a private one, apart from work."""


class OwnRecord(Exception):
    """The account is the patient's own: nobody needs leave to act for themselves."""


class NothingOpened(Exception):
    """A grant that opens nothing is no grant."""


class IdentityNotSeen(Exception):
    """Nobody wrote down what was shown."""


class NotAMinor(Exception):
    """A guardian is somebody's who is not 18 yet."""


class EndsTooEarly(Exception):
    """It would be over before it begins."""


class HasThatLeave(Exception):
    """This account acts for this patient already; take that back first."""


class HasDied(Exception):
    """Leave of the living ends with them; who settles the estate asks the clinic for the record."""


class AlreadyRevoked(Exception):
    """It was taken back before."""


def majority_of(patient):
    """Return the 18th birthday; somebody born on 29 February comes of age on 1 March."""
    born = patient.birth_date
    try:
        return born.replace(year=born.year + MAJORITY)
    except ValueError:
        return date(born.year + MAJORITY, 3, 1)


def last_day_of_minority(patient):
    """Return the day before the 18th birthday (28 February for those born on 29 February)."""
    return majority_of(patient) - timedelta(days=1)


def is_minor(patient, day=None):
    """Is the patient under 18 on this day of the clinic's calendar?"""
    return patient.age_on(day or timezone.localdate()) < MAJORITY


def capped(patient, ends_on, day=None):
    """Return the last day that leave may have which is given on `day`: for a minor never beyond the last day of 17."""
    if not is_minor(patient, day):
        return ends_on
    last = last_day_of_minority(patient)
    return min(ends_on, last) if ends_on else last


@transaction.atomic
def grant(
    patient,
    *,
    email,
    relation,
    scopes,
    identity_seen,
    by,
    name="",
    is_guardian=False,
    starts_on=None,
    ends_on=None,
    today=None,
):
    """Let the account with this address act for the patient and return the grant; `identity_seen` is what was shown.

    With a `name` an account is opened for an address that has none; its owner signs in by a code sent there. Raises
    `NoSuchAccount`, `StaffAccount`, `OwnRecord`, `NothingOpened`, `IdentityNotSeen`, `NotAMinor`, `EndsTooEarly`,
    `HasThatLeave`, `HasDied`.
    """
    require(by, "grant.add")
    row = Patient.objects.select_for_update(no_key=True, of=("self",)).get(pk=patient.pk)
    today = today or timezone.localdate()
    starts_on, ends_on = starts_on or today, capped(row, ends_on, today)
    _check(row, set(scopes), identity_seen, is_guardian, starts_on, ends_on, today)
    user, is_new = _account(row, email, name, by)
    made = ProxyGrant.objects.create(
        patient=row,
        user=user,
        relation=relation,
        identity_seen=identity_seen,
        is_guardian=is_guardian,
        starts_on=starts_on,
        ends_on=ends_on,
        granted_by=by,
        **{f"may_{scope}": scope in scopes for scope in SCOPES},
    )
    record("grant.given", made, by=by, patient=row, to=user.pk, scopes=sorted(scopes), ends=str(ends_on or ""))
    _tell(made, is_new)
    return made


def _check(patient, scopes, identity_seen, is_guardian, starts_on, ends_on, today):
    """Refuse what no account could hold."""
    if patient.deceased_on:
        raise HasDied
    if not scopes or scopes - set(SCOPES):
        raise NothingOpened
    if not identity_seen.strip():
        raise IdentityNotSeen
    if is_guardian and not is_minor(patient, today):
        raise NotAMinor
    if ends_on and ends_on < max(starts_on, today):
        raise EndsTooEarly


def _account(patient, email, name, by):
    """Return the account of this address, which does not act for this patient yet, and whether it was opened now."""
    user = User.objects.filter(email=normalise_email(email)).first()
    if user is None:
        return _open_account(email, name, by), True
    if user.is_staff:
        raise StaffAccount
    if Role.PATIENT not in user.roles or not user.is_active:
        raise NoSuchAccount
    if Patient.objects.records_of([patient]).filter(user=user).exists():
        raise OwnRecord
    if of(patient).filter(user=user).exists():
        raise HasThatLeave
    return user, False


def _open_account(email, name, by):
    """Open an account without a password: whoever reads the mail of this address signs in by a code."""
    if not name:
        raise NoSuchAccount
    user = User.objects.create_user(email, None, display_name=name)
    RoleGrant.objects.create(user=user, role=Role.PATIENT, granted_by=by)
    record("account.opened", user, by=by)
    return user


def _tell(made, is_new):
    """Write to the holder that there is something to see; for whom and what is said behind the sign-in only."""
    with writing_to(made.patient):
        outbox.queue(
            "patients/grant",
            to=made.user.email,
            key=f"grant-{made.pk}",
            patient=made.patient,
            context={
                "name": made.user.display_name,
                "is_new": is_new,
                "url": settings.SITE_URL + reverse("portal:home"),
            },
        )


@transaction.atomic
def revoke(given, *, by, now=None):
    """Take leave back and return the grant: the desk, the patient, or whoever holds it. Raises `AlreadyRevoked`.

    It ends at once: the next page its holder opens is not found any more.
    """
    if not may_revoke(given, by):
        raise PermissionDenied("grant.revoke")
    row = ProxyGrant.objects.select_for_update(no_key=True, of=("self",)).get(pk=given.pk)
    if row.revoked_at:
        raise AlreadyRevoked
    row.revoked_at, row.revoked_by = now or timezone.now(), by
    row.save(update_fields=["revoked_at", "revoked_by"])
    record("grant.revoked", row, by=by, patient=row.patient_id, held_by=row.user_id)
    return row


def may_revoke(given, user):
    """The desk may, and in the portal the patient themselves and the one who holds it."""
    if can(user, "grant.revoke"):
        return True
    return user.is_active and (given.user_id == user.pk or _is_own(given, user))


def _is_own(given, user):
    records = Patient.objects.records_of(Patient.objects.filter(pk=given.patient_id))
    return Role.PATIENT in user.roles and records.filter(user=user).exists()


# --- reading


def of(patient, today=None):
    """Grants for this person that are in force or still to begin, merged records included."""
    today = today or timezone.localdate()
    rows = ProxyGrant.objects.filter(patient__in=Patient.objects.records_of([patient]), revoked_at=None)
    return rows.exclude(ends_on__lt=today).select_related("user", "granted_by").order_by("starts_on", "pk")


def past_of(patient, today=None):
    """Grants for this person that were taken back or have run out, the newest first."""
    rows = ProxyGrant.objects.filter(patient__in=Patient.objects.records_of([patient]))
    rows = rows.exclude(pk__in=of(patient, today).order_by().values("pk"))
    return rows.select_related("user", "granted_by", "revoked_by").order_by("-granted_at", "-pk")


def held_by(user, today=None):
    """Grants this account holds today."""
    today = today or timezone.localdate()
    rows = ProxyGrant.objects.filter(user=user, revoked_at=None, starts_on__lte=today, patient__deceased_on=None)
    return rows.exclude(ends_on__lt=today).select_related("patient").order_by("patient__birth_date", "pk")


def ending_soon(today=None):
    """Grants that end within thirty days, the soonest first: to be renewed, or let go."""
    today = today or timezone.localdate()
    rows = ProxyGrant.objects.filter(revoked_at=None, ends_on__gte=today, ends_on__lte=today + ENDS_SOON)
    rows = rows.filter(patient__deceased_on=None)
    return rows.select_related("patient", "user").order_by("ends_on", "pk")


@transaction.atomic
def follow_birth_date(patient, *, by):
    """After a birth date was corrected: shorten what was given to a minor and would now outlast the 18th birthday."""
    records = Patient.objects.records_of([patient])
    rows = ProxyGrant.objects.select_for_update(no_key=True, of=("self",)).filter(patient__in=records, revoked_at=None)
    for row in rows:
        given_on = timezone.localdate(row.granted_at)
        ends_on = capped(patient, row.ends_on, given_on)
        if ends_on == row.ends_on:
            continue
        if ends_on < row.starts_on:
            row.revoked_at, row.revoked_by = timezone.now(), by
        else:
            row.ends_on = ends_on
        row.save(update_fields=["ends_on", "revoked_at", "revoked_by"])
        record("grant.shortened", row, by=by, patient=patient, ends=str(ends_on))
