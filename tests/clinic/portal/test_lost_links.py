"""A link to the health history that ran out, or that reached somebody else (T022, T073)."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from clinic.accounts import links
from clinic.accounts.models import SignedLink
from clinic.audit.models import AuditEvent
from clinic.messaging.models import Message
from patients import intake as intakes
from patients.models import Intake, Task
from tests.clinic.portal.filled import fill_in


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.clear()


@pytest.fixture
def ana(ana):
    ana.email = "ana@example.org"
    ana.save(update_fields=["email"])
    return ana


@pytest.fixture
def intake(ana):
    return intakes.open_intake(ana)


@pytest.fixture
def token(intake):
    return links.make(SignedLink.Scope.INTAKE, intake.pk)


def run_out():
    past = timezone.now() - timedelta(days=8)
    SignedLink.objects.update(created_at=past, expires_at=past + timedelta(days=7))


def renew(client, token):
    return client.post(reverse("intake_renew", args=[token]))


def mails():
    return list(Message.objects.filter(event="patients/intake").values_list("to", flat=True))


def test_who_opens_a_link_that_ran_out_can_ask_for_a_new_one_without_being_named(client, ana, intake, token):
    run_out()
    text = client.get(reverse("intake", args=[token])).content.decode()
    assert f'action="{reverse("intake_renew", args=[token])}"' in text
    answer = renew(client, token)
    assert ("Ana" in text, "Ana" in answer.content.decode(), ana.email in answer.content.decode()) == (
        False,
        False,
        False,
    )
    assert (answer.status_code, mails()) == (200, [ana.email])
    assert AuditEvent.objects.filter(action="intake.sent_again", patient_id=ana.pk).count() == 1


def test_the_new_link_opens_what_was_saved(client, intake, token):
    Intake.objects.filter(pk=intake.pk).update(answers={"chief_complaint": "Hopscotching"})
    run_out()
    renew(client, token)
    fresh = SignedLink.objects.latest("pk")
    assert (fresh.subject_id, fresh.revoked_at, fresh.expires_at > timezone.now()) == (intake.pk, None, True)


def test_every_token_gets_the_same_answer(client, ana, intake, token):
    run_out()
    known, unknown = renew(client, token), renew(client, "not-the-token")
    assert (known.status_code, unknown.status_code) == (200, 200)
    plain = [answer.content.decode().replace(answer.wsgi_request.path, "") for answer in (known, unknown)]
    assert plain[0] == plain[1]
    assert mails() == [ana.email]


def test_asking_again_and_again_sends_one_mail(client, ana, token):
    run_out()
    for _again in range(3):
        renew(client, token)
    assert mails() == [ana.email]


@pytest.mark.parametrize("state", ["handed_in", "died", "no_address", "closed", "used"])
def test_nothing_is_sent_where_nothing_may_be(client, ana, intake, token, state):
    if state == "handed_in":
        Intake.objects.filter(pk=intake.pk).update(submitted_at=timezone.now())
    elif state == "died":
        type(ana).objects.filter(pk=ana.pk).update(deceased_on=timezone.localdate())
    elif state == "no_address":
        type(ana).objects.filter(pk=ana.pk).update(email="")
    elif state == "closed":
        client.post(reverse("intake_not_me", args=[token]))
    else:
        links.use_up(SignedLink.objects.get())
    made = SignedLink.objects.count()
    assert renew(client, token).status_code == 200
    assert (mails(), SignedLink.objects.count()) == ([], made)


def test_a_link_for_something_else_renews_nothing(client, ana):
    token = links.make(SignedLink.Scope.INVITATION, ana.pk)
    renew(client, token)
    assert (mails(), SignedLink.objects.count()) == ([], 1)


def test_asking_for_a_new_link_needs_a_press(client, token):
    assert client.get(reverse("intake_renew", args=[token])).status_code == 405


def test_who_is_not_meant_closes_the_link_and_the_clinic_learns_of_it(client, ana, intake, token):
    text = client.get(reverse("intake", args=[token])).content.decode()
    assert "This isn&#x27;t me" in text or "This isn't me" in text
    answer = client.post(reverse("intake_not_me", args=[token]))
    assert ("the link is closed" in answer.content.decode(), "Ana" in answer.content.decode()) == (True, False)
    assert client.get(reverse("intake", args=[token])).status_code == 404
    task = Task.objects.get()
    assert (task.patient, task.kind, task.opened_by) == (ana, "contact", None)
    assert task.title == "The link to the health history reached somebody else"
    assert AuditEvent.objects.filter(action="intake.not_theirs", patient_id=ana.pk).count() == 1
    assert Intake.objects.get().submitted_at is None


def test_the_clinic_is_told_in_its_own_language(client, token):
    client.post(reverse("intake_not_me", args=[token]), headers={"Accept-Language": "es"})
    assert Task.objects.get().title == "The link to the health history reached somebody else"


def test_a_failure_while_closing_closes_nothing(client, intake, token, monkeypatch):
    monkeypatch.setattr("patients.lost_links.tasks.open_task", lambda *args, **told: 1 / 0)
    client.raise_request_exception = False
    assert client.post(reverse("intake_not_me", args=[token])).status_code == 500
    assert client.get(reverse("intake", args=[token])).status_code == 200


def test_a_used_link_closes_nothing(client, intake, token):
    url = reverse("intake", args=[token])
    fill_in(client, url, intake)
    client.post(f"{url}read-through/")
    assert client.post(f"{url}not-me/").status_code == 404
    assert Task.objects.filter(key__startswith="wrong-person").count() == 0


def test_a_link_that_still_works_is_not_replaced(client, token):
    """A second press on an old page may not end the link of the newer mail."""
    renew(client, token)
    assert (SignedLink.objects.filter(revoked_at=None).count(), mails()) == (1, [])
