"""Signed links: for one thing, for a while, once, and never readable from the database."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from clinic.accounts import links
from clinic.accounts.models import SignedLink
from clinic.messaging import outbox
from clinic.messaging.models import Message
from patients import invitations

INTAKE, INVITATION = SignedLink.Scope.INTAKE, SignedLink.Scope.INVITATION


def is_open(token, scope=INTAKE):
    try:
        return bool(links.find(scope, token))
    except links.LinkNotValid:
        return False


def test_a_fresh_link_is_found_with_its_subject(rita):
    link = links.find(INTAKE, links.make(INTAKE, 7, by=rita))
    assert (link.subject_id, link.scope, link.created_by) == (7, "intake", rita)


def test_only_the_hash_of_a_token_is_kept(db):
    token = links.make(INTAKE, 7)
    row = SignedLink.objects.values().get()
    assert token not in str(row)
    assert len(row["token_hash"]) == 64
    assert is_open(row["token_hash"]) is False


def test_two_tokens_are_never_alike(db):
    tokens = {links.make(INTAKE, number) for number in range(50)}
    assert (len(tokens), min(len(token) for token in tokens)) == (50, 32)


@pytest.mark.parametrize(("days", "opens"), [(6.99, True), (7, False), (8, False)])
def test_a_link_lives_a_week(db, days, opens):
    with time_machine.travel("2027-03-01T10:00:00Z", tick=False):
        token = links.make(INTAKE, 7)
    with time_machine.travel("2027-03-01T10:00:00Z", tick=False) as clock:
        clock.shift(timedelta(days=days))
        assert is_open(token) is opens


def test_a_link_may_be_given_another_end(db):
    with time_machine.travel("2027-03-01T10:00:00Z", tick=False) as clock:
        token = links.make(SignedLink.Scope.OFFER, 7, expires_at=timezone.now() + timedelta(minutes=20))
        clock.shift(timedelta(minutes=19))
        assert is_open(token, "offer") is True
        clock.shift(timedelta(minutes=1))
        assert is_open(token, "offer") is False


def test_every_kind_of_link_has_a_lifetime():
    assert set(links.LIFETIME) == set(SignedLink.Scope)


def test_a_link_is_used_up_once(db):
    token = links.make(INTAKE, 7)
    link = links.find(INTAKE, token)
    links.use_up(link)
    assert is_open(token) is False
    with pytest.raises(links.LinkNotValid):  # the second of two who were quick
        links.use_up(link)


def test_a_new_link_withdraws_the_older_ones_of_the_same_thing(db):
    older, other_thing, other_kind = links.make(INTAKE, 7), links.make(INTAKE, 8), links.make(INVITATION, 7)
    newer = links.make(INTAKE, 7)
    opened = [is_open(older), is_open(newer), is_open(other_thing), is_open(other_kind, INVITATION)]
    assert opened == [False, True, True, True]


def test_a_withdrawn_link_opens_nothing(db):
    token = links.make(INTAKE, 7)
    SignedLink.objects.update(revoked_at=timezone.now())
    assert is_open(token) is False


def test_a_link_opens_only_its_own_scope(db):
    assert is_open(links.make(INTAKE, 7), INVITATION) is False


@pytest.mark.parametrize("token", ["", " ", "x", "\0", "é" * 40, "a" * 10_000])
def test_a_made_up_token_opens_nothing(db, token):
    links.make(INTAKE, 7)
    assert is_open(token) is False


def test_the_mail_with_a_link_is_wiped_after_sending(rita, ana, mailoutbox):
    """The token stands in the mail and nowhere else."""
    ana.email = "ana@example.org"
    ana.save()
    token = invitations.send_intake(ana, by=rita).rstrip("/").rpartition("/")[2]
    message = Message.objects.get()
    assert (token in message.text, message.is_sensitive) == (True, True)
    assert outbox.send_due() == 1
    assert token in mailoutbox[0].body
    assert token not in str(Message.objects.values().get(pk=message.pk)).replace(message.key, "")
