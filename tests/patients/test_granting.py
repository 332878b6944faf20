"""Leave to act for somebody: who gives it, what it opens, when it ends."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from clinic.accounts.models import User
from clinic.accounts.roles import Role
from clinic.audit.models import AuditEvent
from clinic.messaging.models import Message
from patients import granting, registering
from patients.models import Patient, ProxyGrant
from tests import make

TODAY = date(2026, 2, 10)


@pytest.fixture
def paul(clinic):
    """Somebody who signs in and has no record of his own."""
    return make.user("paul@example.org", Role.PATIENT, display_name="Paul Moor")


@pytest.fixture
def kim(clinic):
    return make.patient("Kim", birth_date=date(2015, 5, 1))


def give(patient, by, **fields):
    usual = {"email": "paul@example.org", "relation": "father", "scopes": ["record"], "identity_seen": "passport"}
    return granting.grant(patient, by=by, **(usual | fields))


def readable(user, scope="record"):
    return [patient.given_name for patient in Patient.objects.in_care_of(user, scope)]


@pytest.mark.parametrize("who", ["rita", "olga"])
def test_the_desk_gives_leave_to_an_account_and_writes_down_what_was_shown(request, kim, paul, who):
    by = request.getfixturevalue(who)
    made = give(kim, by, scopes=["record", "forms"])
    assert (made.identity_seen, made.granted_by, made.may_record, made.may_booking) == ("passport", by, True, False)
    assert readable(paul) == ["Kim"]
    event = AuditEvent.objects.get(action="grant.given")
    ends = {"to": paul.pk, "scopes": ["forms", "record"], "ends": "2033-04-30"}
    assert (event.actor_id, event.patient_id, event.details) == (by.pk, kim.pk, ends)


@pytest.mark.parametrize("who", ["carlos", "tess", "ivan"])
def test_nobody_else_gives_leave(request, kim, paul, who):
    with pytest.raises(PermissionDenied):
        give(kim, request.getfixturevalue(who))
    assert (ProxyGrant.objects.count(), readable(paul)) == (0, [])


def test_patients_give_no_leave_themselves(ana, paul):
    with pytest.raises(PermissionDenied):
        give(ana, ana.user)
    assert ProxyGrant.objects.count() == 0


@pytest.mark.parametrize("scope", granting.SCOPES)
def test_each_scope_opens_itself_and_nothing_more(kim, rita, paul, scope):
    """T026, in the rows: what is not ticked is not there."""
    give(kim, rita, scopes=[scope])
    opened = {one: readable(paul, one) for one in granting.SCOPES}
    assert opened == {one: ["Kim"] if one == scope else [] for one in granting.SCOPES}


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"email": "nobody@example.org"}, granting.NoSuchAccount),
        ({"email": "rita@example.org"}, granting.StaffAccount),
        ({"scopes": []}, granting.NothingOpened),
        ({"scopes": ["everything"]}, granting.NothingOpened),
        ({"identity_seen": "  "}, granting.IdentityNotSeen),
        ({"starts_on": date(2033, 5, 1)}, granting.EndsTooEarly),
        ({"ends_on": date(2020, 1, 1)}, granting.EndsTooEarly),
    ],
)
def test_what_no_account_could_hold_is_refused_and_leaves_nothing(kim, rita, paul, fields, refusal):
    with pytest.raises(refusal):
        give(kim, rita, **fields)
    left = (
        ProxyGrant.objects.count(),
        AuditEvent.objects.filter(action="grant.given").count(),
        Message.objects.count(),
    )
    assert left == (0, 0, 0)


def test_nobody_needs_leave_for_their_own_record_and_nobody_gets_it_twice(ana, rita, paul):
    with pytest.raises(granting.OwnRecord):
        give(ana, rita, email="ana@example.org")
    give(ana, rita)
    with pytest.raises(granting.HasThatLeave):
        give(ana, rita, scopes=["booking"])
    assert ProxyGrant.objects.count() == 1


def test_an_account_without_sign_in_gets_nothing(kim, rita, paul):
    User.objects.filter(pk=paul.pk).update(is_active=False)
    with pytest.raises(granting.NoSuchAccount):
        give(kim, rita)


def test_an_address_without_an_account_is_given_one_that_only_its_owner_can_enter(kim, rita):
    made = give(kim, rita, email="Mira@Example.org", name="Mira Moor")
    user = User.objects.get(email="mira@example.org")
    assert (made.user, user.has_usable_password(), user.roles) == (user, False, {Role.PATIENT})
    assert readable(user) == ["Kim"]


def test_the_mail_to_the_holder_does_not_say_whose_record_it_is(kim, rita, paul):
    give(kim, rita)
    give(kim, rita, email="mira@example.org", name="Mira Moor")
    told = {mail.to: mail.subject + mail.text for mail in Message.objects.all()}
    assert sorted(told) == ["mira@example.org", "paul@example.org"]
    assert [word for text in told.values() for word in ("Kim", "Sørensen", "father") if word in text] == []
    assert ["ask for a code" in told[to] for to in sorted(told)] == [True, False]


def test_without_the_log_there_is_no_leave_and_no_account(kim, rita, monkeypatch):
    monkeypatch.setattr(granting, "_tell", lambda *a: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        give(kim, rita, email="mira@example.org", name="Mira Moor")
    assert (ProxyGrant.objects.count(), User.objects.filter(email="mira@example.org").count()) == (0, 0)


# --- taking it back


@pytest.mark.parametrize("who", ["rita", "olga", "ana", "paul"])
def test_the_desk_the_patient_and_the_holder_take_leave_back(request, ana, rita, paul, who):
    someone = request.getfixturevalue(who)
    made, by = give(ana, rita), getattr(someone, "user", someone)
    row = granting.revoke(made, by=by)
    assert (row.revoked_by, readable(paul), list(granting.of(ana))) == (by, [], [])
    event = AuditEvent.objects.get(action="grant.revoked")
    assert (event.actor_id, event.patient_id, event.details) == (by.pk, ana.pk, {"held_by": paul.pk})


@pytest.mark.parametrize("who", ["ben", "carlos", "tess"])
def test_nobody_else_takes_it_back(request, ana, rita, paul, who):
    someone, made = request.getfixturevalue(who), give(ana, rita)
    with pytest.raises(PermissionDenied):
        granting.revoke(made, by=getattr(someone, "user", someone))
    assert readable(paul) == ["Ana"]


def test_another_holder_does_not_take_it_back(ana, rita, paul):
    made = give(ana, rita)
    other = give(ana, rita, email="mira@example.org", name="Mira").user
    with pytest.raises(PermissionDenied):
        granting.revoke(made, by=other)


def test_leave_is_taken_back_once_and_its_first_end_stays(ana, rita, olga, paul):
    made = give(ana, rita)
    granting.revoke(made, by=rita)
    with pytest.raises(granting.AlreadyRevoked):
        granting.revoke(made, by=olga)
    assert ProxyGrant.objects.get().revoked_by == rita


def test_without_the_log_it_is_not_taken_back(ana, rita, paul, monkeypatch):
    made = give(ana, rita)
    monkeypatch.setattr(granting, "record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        granting.revoke(made, by=rita)
    assert readable(paul) == ["Ana"]


# --- the 18th birthday


@pytest.mark.parametrize(
    ("born", "last_day"),
    [
        (date(2008, 2, 29), date(2026, 2, 28)),
        (date(2010, 2, 28), date(2028, 2, 27)),
        (date(2010, 3, 1), date(2028, 2, 29)),
        (date(2009, 3, 1), date(2027, 2, 28)),
        (date(2010, 1, 1), date(2027, 12, 31)),
    ],
)
def test_leave_for_a_minor_ends_on_the_last_day_of_seventeen(rita, paul, born, last_day):
    """T028: in the clinic's calendar, 29 February too; the age of the record turns on the very next day."""
    kim = make.patient("Kim", birth_date=born)
    made = give(kim, rita, is_guardian=True, today=TODAY)
    assert (made.ends_on, kim.age_on(last_day), kim.age_on(last_day + timedelta(days=1))) == (last_day, 17, 18)


@pytest.mark.parametrize("asked", [None, date(2040, 1, 1)])
def test_leave_for_a_minor_ends_then_whoever_holds_it_and_whatever_was_asked(kim, rita, paul, asked):
    """T028: an aunt who is nobody's guardian does not read on after the 18th birthday either."""
    assert give(kim, rita, relation="aunt", ends_on=asked).ends_on == date(2033, 4, 30)


def test_an_earlier_end_stays(kim, rita, paul):
    ends_on = timezone.localdate() + timedelta(days=30)
    assert give(kim, rita, ends_on=ends_on).ends_on == ends_on


def test_an_adult_gives_leave_without_an_end_and_has_no_guardian(ana, rita, paul):
    with pytest.raises(granting.NotAMinor):
        give(ana, rita, is_guardian=True)
    assert give(ana, rita).ends_on is None


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-03-01 04:59:00+00:00", ["Kim"]),  # 23:59 in New York on 28 February
        ("2026-03-01 05:01:00+00:00", []),  # a minute past midnight: 18
    ],
)
def test_the_birthday_begins_at_midnight_in_the_clinic(rita, paul, at, opens):
    """T028: neither at midnight in Greenwich nor on the day after."""
    kim = make.patient("Kim", birth_date=date(2008, 2, 29))
    give(kim, rita, today=TODAY, starts_on=TODAY, is_guardian=True)
    with time_machine.travel(at, tick=False), timezone.override(make.location().zone):
        assert readable(paul) == opens


def test_a_corrected_birth_date_moves_the_end_of_what_was_given_to_a_minor(kim, rita, paul):
    made = give(kim, rita)
    registering.change(kim, by=rita, birth_date=date(2014, 5, 1))
    assert ProxyGrant.objects.get().ends_on == date(2032, 4, 30)
    registering.change(kim, by=rita, phone="555 0101")
    made.refresh_from_db()
    assert (made.ends_on, made.revoked_at) == (date(2032, 4, 30), None)


# --- reading


def test_what_ends_within_thirty_days_is_listed_the_soonest_first(kim, ana, rita, paul):
    today = timezone.localdate()
    for n, days in enumerate((31, 30, 0)):
        give(kim, rita, email=f"m{n}@example.org", name=f"M{n}", ends_on=today + timedelta(days=days))
    over = give(kim, rita, ends_on=today + timedelta(days=3))
    granting.revoke(over, by=rita)
    assert [row.user.display_name for row in granting.ending_soon()] == ["M2", "M1"]


def test_grants_are_read_with_those_of_merged_records(ana, rita, paul):
    old = make.patient("Anna")
    made = give(old, rita)
    old.merged_into = ana
    old.save(update_fields=["merged_into"])
    assert (list(granting.of(ana)), list(granting.past_of(ana))) == ([made], [])
    with pytest.raises(granting.HasThatLeave):
        give(ana, rita)
    granting.revoke(made, by=ana.user)
    assert (list(granting.of(ana)), list(granting.past_of(ana))) == ([], [made])
