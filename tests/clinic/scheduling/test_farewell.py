"""Somebody has died: everything to come ends in one stroke, nothing is sent, and no list speaks of them again."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from clinic.accounts import links
from clinic.accounts.models import SignedLink
from clinic.audit.models import AuditEvent
from clinic.charting import safety
from clinic.messaging import outbox
from clinic.messaging.models import Message
from clinic.reports import falls, today
from clinic.scheduling import booking, farewell, feeds, freed, series, waitlist
from clinic.scheduling.models import Appointment, CalendarFeed, WaitlistEntry, WaitlistOffer
from content.models import Assignment
from patients import dying, granting, intake, invitations, sticking
from patients.models import Alert, Intake, Patient, StickyNote, Task
from tests import make
from tests.clinic.scheduling import waiting
from tests.make import MONDAY

DIED = date(2027, 2, 27)


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def ana(ana):
    ana.email, ana.phone = "ana@example.org", "(503) 555-0119"
    ana.save(update_fields=["email", "phone"])
    return ana


@pytest.fixture
def full(ana, carlos, rita, kind):
    """Ana has visits to come, a series, a place on the list, an offer, calendars, links and mail in the outbox."""
    doctor, day = carlos.practitioner, timedelta(days=1)
    ana.today = make.appointment(ana, doctor, MONDAY + timedelta(hours=2), status="confirmed")
    ana.done = make.appointment(ana, doctor, MONDAY - 7 * day, status="done")
    ana.series_row = make.series(*(make.appointment(ana, doctor, MONDAY + n * day) for n in (1, 2, 3)))
    ana.waits = waitlist.add(patient=ana, kind=make.kind(slug="massage"), by=rita)
    again = waitlist.add(patient=ana, kind=make.kind(slug="re-exam"), by=rita)
    ana.offer = waitlist.offer(again, starts_at=MONDAY + 4 * day, practitioner=doctor, by=rita)
    ana.feed, ana.address = feeds.make(ana, by=ana.user)
    ana.tokens = {
        "intake": links.make(SignedLink.Scope.INTAKE, intake.open_intake(ana).pk, by=rita),
        "invitation": links.make(SignedLink.Scope.INVITATION, ana.pk, by=rita),
        "checkin": links.make(SignedLink.Scope.CHECKIN, ana.today.pk, by=rita),
        "offer": waiting.token_of(ana.offer),
    }
    booking.book(practitioner=doctor, patient=ana, kind=kind, starts_at=MONDAY + 7 * day, by=rita)
    return ana


def to_come(patient):
    rows = Appointment.objects.of(patient).filter(starts_at__gte=MONDAY).order_by("starts_at")
    return list(rows.values_list("status", "cancelled_because", "fee_proposed"))


def living_links():
    return list(SignedLink.objects.filter(used_at=None, revoked_at=None).values_list("scope", flat=True))


def waiting_mail():
    return list(Message.objects.unsent().values_list("to", flat=True))


@pytest.mark.parametrize("who", ["rita", "olga", "carlos"])
def test_everything_to_come_ends_in_one_deed(request, full, who):
    by, before = request.getfixturevalue(who), Message.objects.count()
    assert (len(waiting_mail()), sorted(living_links())) == (2, ["checkin", "intake", "invitation", "offer"])
    said = farewell.note(full, on=DIED, by=by)
    assert (said.patient.deceased_on, said.visits, said.waiting, said.calendars) == (DIED, 5, 2, 1)
    off = ("cancelled", "The patient has died", None)
    assert to_come(full) == [off, off, off, off, ("expired", "", None), off]
    assert list(WaitlistEntry.objects.waiting()) == list(WaitlistOffer.objects.open()) == []
    assert (list(CalendarFeed.objects.living()), living_links(), waiting_mail()) == ([], [], [])
    assert Message.objects.count() == before
    full.done.refresh_from_db()
    assert full.done.status == "done"


def test_the_deed_is_written_down_last_with_what_ended(full, rita):
    farewell.note(full, on=DIED, by=rita)
    event = AuditEvent.objects.order_by("-pk").first()
    ended = {"visits": 5, "waiting": 2, "calendars": 1, "messages": 2, "accounts": [full.user.pk]}
    assert (event.action, event.actor_id, event.patient_id, event.details) == ("patient.died", rita.pk, full.pk, ended)


@pytest.mark.parametrize("who", ["tess", "ivan", "ana", "ben"])
def test_nobody_else_says_so(request, full, who):
    someone = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        farewell.note(full, on=DIED, by=getattr(someone, "user", someone))
    assert (Patient.objects.living().filter(pk=full.pk).exists(), len(living_links())) == (True, 4)


@pytest.mark.parametrize("on", [date(2027, 3, 2), date(1965, 3, 13)])
def test_nobody_dies_tomorrow_or_before_they_were_born(full, rita, on):
    with pytest.raises(dying.NotTheDay):
        farewell.note(full, on=on, by=rita)
    assert (len(living_links()), [status for status, *_ in to_come(full)].count("cancelled")) == (4, 0)


def test_it_is_said_once(full, rita):
    farewell.note(full, on=DIED, by=rita)
    with pytest.raises(dying.AlreadyNoted):
        farewell.note(full, on=DIED - timedelta(days=1), by=rita)
    assert Patient.objects.get(pk=full.pk).deceased_on == DIED


def test_when_one_part_fails_nothing_has_ended(full, rita, monkeypatch):
    monkeypatch.setattr(dying, "record", lambda *a, **k: 1 / 0)
    stood, mail = to_come(full), waiting_mail()
    with pytest.raises(ZeroDivisionError):
        farewell.note(full, on=DIED, by=rita)
    full.user.refresh_from_db()
    assert (to_come(full), waiting_mail(), len(living_links()), full.user.is_active) == (stood, mail, 4, True)
    assert (WaitlistEntry.objects.waiting().count(), CalendarFeed.objects.living().count()) == (2, 1)


def test_every_record_of_the_person_is_closed(full, carlos, rita):
    old = make.patient("Anna")
    Patient.objects.filter(pk=old.pk).update(merged_into=full)
    visit = make.appointment(old, carlos.practitioner, MONDAY + timedelta(days=9))
    farewell.note(full, on=DIED, by=rita)
    visit.refresh_from_db()
    old.refresh_from_db()
    assert (visit.status, old.deceased_on) == ("cancelled", DIED)


# --- never again


def test_nothing_is_booked_for_the_dead(full, carlos, rita, kind):
    stale = Patient.objects.get(pk=full.pk)
    farewell.note(full, on=DIED, by=rita)
    wish = {"practitioner": carlos.practitioner, "patient": stale, "kind": kind, "by": rita}
    with pytest.raises(booking.PatientHasDied):
        booking.book(starts_at=MONDAY + timedelta(days=10), **wish)
    assert Appointment.objects.filter(starts_at__gte=MONDAY + timedelta(days=10)).count() == 0


def test_nothing_is_written_to_the_dead_whatever_asks(full, carlos, rita):
    """Confirmations, invitations, links to the history, articles, leave to act: one choke point."""
    farewell.note(full, on=DIED, by=rita)
    gone = Patient.objects.get(pk=full.pk)
    before = Message.objects.count()
    invitations.invite(gone, by=rita)
    invitations.send_intake(gone, by=rita)
    series.tell(full.series_row.__class__.objects.get(pk=full.series_row.pk), "series_cancelled", [full.done])
    assert outbox.queue("patients/grant", to="x@example.org", key="k", patient=gone) is None
    assert Message.objects.count() == before


def test_no_list_and_no_count_speaks_of_the_dead(full, ben, carlos, rita, tess):
    """Each list is first seen to hold Ana and Ben, then Ben alone."""
    doctor = carlos.practitioner
    for one in (full, ben):
        make.appointment(one, doctor, MONDAY - timedelta(days=2), status="no_show", minutes=5, lane=one.pk)
        make.condition(one)
        version = 1 + Intake.objects.filter(patient=one).count()
        handed = Intake.objects.create(
            patient=one, version=version, questionnaire_version="1", submitted_at=MONDAY - timedelta(days=1)
        )
        Alert.objects.create(patient=one, intake=handed, flag="RF01", level="U", points_to="x", staff_action="y")
        Task.objects.create(patient=one, kind="contact", title="Ring", key="ring", due_on=MONDAY.date())
        waiting.entry(one, kind=make.kind(slug="first"))
        lost = make.appointment(one, doctor, MONDAY - timedelta(days=1), status="cancelled", minutes=5, lane=one.pk)
        make.series(lost)
    ahead = Appointment.objects.of_all([full, ben]).filter(starts_at__gt=MONDAY)
    ahead.filter(status="held").update(status="expired", expired_at=MONDAY)
    ahead.exclude(status="expired").update(status="cancelled", cancelled_at=MONDAY, cancelled_because="away")

    def named():
        lists = {each.name: {row.patient_id for row in each.rows(rita, MONDAY)} for each in falls.lists_of(rita)[:4]}
        return {
            "missed": lists["missed"],
            "behind": lists["behind"],
            "alerts": set(Alert.objects.to_acknowledge(rita).values_list("patient", flat=True)),
            "flagged": safety.patients_with_alert([*Patient.objects.filter(pk__in=[full.pk, ben.pk])]),
            "tasks": set(Task.objects.open().values_list("patient", flat=True)),
            "to read": {one.patient_id for one in today.intakes_to_review(carlos)},
            "waiting": {entry.patient_id for entry in freed.ready()},
        }

    assert named() == {key: {full.pk, ben.pk} for key in named()}
    farewell.note(full, on=DIED, by=rita)
    assert named() == {key: {ben.pk} for key in named()}


def test_the_address_of_the_calendar_opens_nothing_more(client, full, rita):
    path = reverse("calendar", args=[full.address])
    assert client.get(path).status_code == 200
    farewell.note(full, on=DIED, by=rita)
    assert client.get(path).status_code == 404


def test_the_links_open_nothing_more(client, full, rita):
    paths = [reverse(name, args=[full.tokens[name]]) for name in ("intake", "invitation", "offer")]
    assert [client.get(path).status_code for path in paths] == [200] * 3
    farewell.note(full, on=DIED, by=rita)
    assert [client.get(path).status_code for path in paths] == [404] * 3


def test_a_session_ends_and_stays_ended_after_a_correction(client, full, rita):
    """T049 for the dead who are not: the account opens again, the old session never."""
    client.force_login(full.user)
    assert client.get(reverse("portal:home")).status_code == 200
    farewell.note(full, on=DIED, by=rita)
    assert client.get(reverse("portal:home")).status_code == 302
    dying.correct(full, by=rita)
    full.user.refresh_from_db()
    assert (full.user.is_active, client.get(reverse("portal:home")).status_code) == (True, 302)


def test_who_acted_for_them_reads_nothing_more_and_again_after_a_correction(full, rita, olga):
    made = granting.grant(
        full, email="paul@example.org", name="Paul", relation="husband", scopes=["record"], identity_seen="id", by=rita
    )
    seen = lambda: list(Patient.objects.in_care_of(made.user, "record"))  # noqa: E731
    assert seen() == [full]
    farewell.note(full, on=DIED, by=rita)
    assert (seen(), list(granting.held_by(made.user))) == ([], [])
    with pytest.raises(granting.HasDied):
        granting.grant(full, email="ben@example.org", relation="son", scopes=["record"], identity_seen="id", by=olga)
    dying.correct(full, by=rita)
    assert seen() == [full]


def test_the_chart_stays(full, carlos, rita, client):
    sticking.put_up(full, text="Rings twice", by=rita)
    make.assignment(full, None, carlos)
    farewell.note(full, on=DIED, by=rita)
    client.force_login(carlos)
    page = client.get(full.get_absolute_url()).content.decode()
    assert ("Died on 27 Feb 2027" in page, Assignment.objects.count(), StickyNote.objects.count()) == (True, 1, 1)
