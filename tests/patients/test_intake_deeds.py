"""The deeds of the health history: happy, refused, rolled back, and twice at the same moment."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from clinic.accounts import links
from clinic.accounts.models import SignedLink
from clinic.accounts.roles import Role
from clinic.audit import chain
from clinic.audit.models import AuditEvent
from clinic.messaging.models import Message
from clinic.outcomes.models import Response
from clinic.portal.handing_in import hand_in
from patients import intake, invitations
from patients.models import Alert, Condition, Intake, IntakeReview
from tests import make
from tests.clinic.scheduling.test_booking_race import all_at_once


@pytest.fixture
def opened(ana):
    return intake.open_intake(ana)


@pytest.fixture
def handed_in(opened):
    intake.save_page(opened, page="health", answers={"pain_now": 6})
    intake.submit(opened)
    return Intake.objects.get(pk=opened.pk)


@pytest.fixture
def alert(ana):
    return Alert.objects.create(patient=ana, flag="RF01", level="E", points_to="Cauda equina", staff_action="Call")


@pytest.fixture
def no_log(monkeypatch):
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)


def actions():
    """What was written to the log, without the tasks that flags ask for (tests/patients/test_tasks.py)."""
    rows = AuditEvent.objects.exclude(action__startswith="task.").order_by("pk")
    return list(rows.values_list("action", flat=True))


# --- opening and filling in


def test_an_open_intake_is_opened_once_and_the_next_version_starts_from_the_last_answers(ana, opened):
    assert intake.open_intake(ana) == opened
    intake.save_page(opened, page="complaint", answers={"pain_now": 6})
    intake.submit(opened)
    following = intake.open_intake(ana)
    assert (following.version, following.answers, following.pages_done) == (2, {"pain_now": 6}, [])


def test_a_page_is_ticked_off_once_and_forgets_what_is_no_longer_asked(opened):
    intake.save_page(opened, page="a", answers={"x": 1, "y": 2})
    intake.save_page(opened, page="a", answers={"z": 3}, forget=["y"])
    row = intake.save_page(opened, page="b", answers={"x": 4}, done=False)
    assert (row.answers, row.pages_done) == ({"x": 4, "z": 3}, ["a"])


def test_what_was_handed_in_takes_no_page_and_is_not_handed_in_again(handed_in):
    with pytest.raises(intake.AlreadyHandedIn):
        intake.save_page(handed_in, page="a", answers={"pain_now": 1})
    with pytest.raises(intake.AlreadyHandedIn):
        intake.submit(handed_in)
    assert (Intake.objects.get().answers, actions()) == ({"pain_now": 6}, ["intake.submitted"])


def test_an_intake_that_is_not_in_the_log_was_not_handed_in(opened, monkeypatch, no_log):
    fired = intake.red_flags.evaluate(intake.safety_facts({"RF01": "yes"}, age=40, sex="F"))
    monkeypatch.setattr(intake, "assess", lambda row: fired)
    with pytest.raises(ZeroDivisionError):
        intake.submit(opened)
    assert (Intake.objects.get().submitted_at, Condition.objects.count(), Alert.objects.count()) == (None, 0, 0)


def test_a_red_flag_that_stands_open_is_raised_once_and_again_after_it_was_ended(ana, carlos):
    fired = intake.red_flags.evaluate(intake.safety_facts({"RF01": "yes"}, age=40, sex="F"))
    flags = len(fired.fired)
    for _ in range(2):
        intake.raise_alerts(ana, fired)
    assert (flags > 0, Alert.objects.count()) == (True, flags)
    for row in Alert.objects.all():
        intake.end_alert(row, because="Seen by the hospital", by=carlos)
    intake.raise_alerts(ana, fired)
    assert Alert.objects.open().count() == flags


# --- reading


def test_a_handed_in_intake_is_reviewed_by_a_chiropractor_only(handed_in, carlos, tess, rita):
    for nobody in (tess, rita):
        with pytest.raises(PermissionDenied):
            intake.review(handed_in, by=nobody)
    assert (intake.review(handed_in, by=carlos, note="Read").by, IntakeReview.objects.count()) == (carlos, 1)


def test_an_intake_that_is_still_filled_in_is_not_reviewed(opened, carlos):
    with pytest.raises(intake.NotHandedIn):
        intake.review(opened, by=carlos)
    assert IntakeReview.objects.count() == 0


def test_a_review_that_is_not_in_the_log_did_not_happen(handed_in, carlos, no_log):
    with pytest.raises(ZeroDivisionError):
        intake.review(handed_in, by=carlos)
    assert IntakeReview.objects.count() == 0


def test_the_first_who_acknowledges_stays(alert, rita, tess):
    intake.acknowledge(alert, by=rita)
    assert intake.acknowledge(alert, by=tess).acknowledged_by == rita
    assert actions() == ["alert.acknowledged"]


def test_an_alert_is_ended_by_a_chiropractor_with_a_reason(alert, carlos, tess, rita):
    for nobody in (tess, rita):
        with pytest.raises(PermissionDenied):
            intake.end_alert(alert, because="x", by=nobody)
    assert intake.end_alert(alert, because=" Cleared ", by=carlos).ended_because == "Cleared"


@pytest.mark.parametrize("because", ["", "   "])
def test_an_alert_without_a_reason_stands(alert, carlos, because):
    with pytest.raises(IntegrityError), transaction.atomic():
        intake.end_alert(alert, because=because, by=carlos)
    assert Alert.objects.get().ended_at is None


def test_an_alert_that_was_ended_keeps_the_first_reason_and_name(alert, carlos):
    dora = make.user("dora@example.org", Role.CHIROPRACTOR)
    first = intake.end_alert(alert, because="Cleared by the hospital", by=carlos)
    again = intake.end_alert(alert, because="By mistake", by=dora)
    assert (again.ended_because, again.ended_by, again.ended_at) == (
        "Cleared by the hospital",
        carlos,
        first.ended_at,
    )
    assert actions() == ["alert.ended"]


@pytest.mark.parametrize("deed", ["acknowledge", "end"])
def test_what_is_done_to_an_alert_and_is_not_in_the_log_did_not_happen(alert, carlos, no_log, deed):
    with pytest.raises(ZeroDivisionError):
        if deed == "end":
            intake.end_alert(alert, because="Cleared", by=carlos)
        else:
            intake.acknowledge(alert, by=carlos)
    row = Alert.objects.get()
    assert (row.acknowledged_at, row.ended_at) == (None, None)


# --- sending the link


def test_an_invitation_is_queued_and_the_older_link_is_withdrawn(ana, rita):
    ana.email = "ana@example.org"
    for _ in range(2):
        invitations.invite(ana, by=rita)
    living = SignedLink.objects.filter(revoked_at=None, scope="invitation")
    assert (living.count(), SignedLink.objects.count(), Message.objects.count()) == (1, 2, 2)
    assert actions() == ["patient.invited"] * 2


def test_nobody_without_an_address_is_invited_but_the_history_can_be_filled_in_at_the_desk(ana, rita):
    with pytest.raises(invitations.NoAddress):
        invitations.invite(ana, by=rita)
    token = invitations.send_intake(ana, by=rita).rstrip("/").rpartition("/")[2]
    assert links.find("intake", token).subject_id == Intake.objects.get().pk
    assert (Message.objects.count(), actions()) == (0, ["intake.sent"])


def test_a_therapist_invites_nobody(ana, tess):
    for deed in (invitations.invite, invitations.send_intake):
        with pytest.raises(PermissionDenied):
            deed(ana, by=tess)
    assert (SignedLink.objects.count(), Intake.objects.count()) == (0, 0)


def test_an_invitation_that_is_not_in_the_log_was_not_sent(ana, rita, no_log):
    ana.email = "ana@example.org"
    for deed in (invitations.invite, invitations.send_intake):
        with pytest.raises(ZeroDivisionError):
            deed(ana, by=rita)
    assert (SignedLink.objects.count(), Message.objects.count(), Intake.objects.count()) == (0, 0, 0)


def test_a_patient_gets_a_link_to_their_own_open_history_only(ana, ben, handed_in):
    waiting = intake.open_intake(ana)
    assert links.find("intake", invitations.own_link(waiting, by=ana.user)).subject_id == waiting.pk
    for which, who in ((waiting, ben.user), (handed_in, ana.user)):
        with pytest.raises(PermissionDenied):
            invitations.own_link(which, by=who)


def test_a_link_withdrawn_after_it_was_read_is_not_used_up(ana, opened):
    link = links.find("intake", links.make("intake", opened.pk))
    links.make("intake", opened.pk)
    with pytest.raises(links.LinkNotValid):
        hand_in(opened, link)
    assert Intake.objects.get().submitted_at is None


# --- at the same moment


def outcome(deed):
    try:
        deed()
    except (intake.AlreadyHandedIn, links.LinkNotValid) as refused:
        return type(refused).__name__
    return "done"


@pytest.fixture
def ida(transactional_db):
    make.clinic()
    make.clinical_tables()
    return make.patient("Ida")


@pytest.mark.django_db(transaction=True)
def test_eight_who_hand_in_one_history_hand_it_in_once(ida):
    opened = intake.open_intake(ida)
    intake.save_page(opened, page="a", answers={"pain_now": 6})
    opened.refresh_from_db()
    link = links.find("intake", links.make("intake", opened.pk))
    results = all_at_once([lambda: outcome(lambda: hand_in(opened, link))] * 8)
    assert sorted(results) == ["LinkNotValid"] * 7 + ["done"]
    assert (actions().count("intake.submitted"), Response.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_eight_who_open_a_history_open_one(ida):
    assert len(set(all_at_once([lambda: intake.open_intake(ida).pk] * 8))) == 1


@pytest.mark.django_db(transaction=True)
def test_eight_pages_saved_at_once_keep_all_answers(ida):
    opened = intake.open_intake(ida)
    all_at_once([lambda n=n: intake.save_page(opened, page=f"p{n}", answers={f"q{n}": n}) for n in range(8)])
    row = Intake.objects.get()
    assert (row.answers, sorted(row.pages_done)) == ({f"q{n}": n for n in range(8)}, [f"p{n}" for n in range(8)])


@pytest.mark.django_db(transaction=True)
def test_handing_in_while_the_desk_sends_the_link_again_never_locks_up(ida):
    rita = make.user("rita@example.org", Role.RECEPTIONIST)
    for _ in range(5):
        opened = intake.open_intake(ida)
        link = links.find("intake", links.make("intake", opened.pk))
        results = all_at_once(
            [lambda o=opened, k=link: outcome(lambda: hand_in(o, k))]
            + [lambda: outcome(lambda: invitations.send_intake(ida, by=rita))] * 3
        )
        assert results[1:] == ["done"] * 3
        assert results[0] in ("done", "LinkNotValid")
        Intake.objects.filter(submitted_at=None).delete()
    assert list(chain.faults()) == []


def test_what_must_be_asked_afresh_is_never_carried_over():
    """An old "no" to a red flag, an old consent and an old "this is true" must not stand unread in a new history."""
    given = {"occupation": "Gardener", "RF01": "no", "recall": "yes", "true_and_complete": "yes",
             "pregnancy_status": "no", "systems": ["none"]}  # fmt: skip
    assert intake.carried(given) == {"occupation": "Gardener"}


@pytest.mark.django_db(transaction=True)
def test_eight_presses_of_reviewed_are_one_stamp_of_the_day(carlos, handed_in):
    all_at_once([lambda: intake.stamp(handed_in, by=carlos)] * 8)
    assert IntakeReview.objects.filter(intake=handed_in, by=carlos).count() == 1
    assert intake.stamp(handed_in, by=carlos, note="Asked again").note == "Asked again"
