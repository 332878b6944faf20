"""Through the real sign-in pages: with the password or a code from the outbox; sign-up is closed; tries are counted."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client

from clinic.accounts.models import User
from clinic.messaging import outbox
from clinic.messaging.models import Message
from tests import make

PASSWORD = "walk the harbour wall"
NOT_CORRECT = "The email address and/or password you specified are not correct."
TOO_MANY = "Too many failed login attempts. Try again later."


@pytest.fixture
def account(clinic):
    return make.user("rita@example.org", "receptionist", password=PASSWORD)


def sign_in(client, email="rita@example.org", password=PASSWORD, **where):
    return client.post("/accounts/login/", {"login": email, "password": password}, **where)


def refusal(response):
    """The message above the form."""
    assert response.status_code == 200
    return response.context["form"].errors["__all__"][0]


@pytest.mark.parametrize("typed", ["rita@example.org", "RITA@Example.org", " rita@example.org "])
def test_the_address_in_any_case_and_the_password_open_the_own_door(client, account, typed):
    answer = sign_in(client, typed)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/arrive/")
    assert client.get("/accounts/arrive/")["Location"] == "/desk/"
    assert client.get("/desk/").status_code == 200


def test_a_wrong_password_and_an_unknown_address_read_the_same(client, account):
    """T073."""
    assert refusal(sign_in(client, password="wrong")) == NOT_CORRECT
    assert refusal(sign_in(client, email="nobody@example.org")) == NOT_CORRECT
    assert "_auth_user_id" not in client.session


def test_the_typed_password_is_not_sent_back(client, account):
    assert "wrong password" not in sign_in(client, password="wrong password").content.decode()


def test_who_has_left_does_not_get_in(client, account):
    User.objects.update(is_active=False)
    sign_in(client)
    assert "_auth_user_id" not in client.session


def test_the_session_gets_a_new_number_at_sign_in_and_ends_at_sign_out(client, account):
    """T075, T081."""
    client.get("/accounts/login/?next=/desk/")
    client.session.save()
    before = client.session.session_key
    sign_in(client)
    after = client.session.session_key
    assert before != after
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/desk/").status_code == 200  # a GET signs nobody out
    client.post("/accounts/logout/")
    assert Session.objects.filter(session_key=after).exists() is False
    assert client.get("/desk/").status_code == 302


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_next_never_leaves_the_site(client, account, target):
    """T084."""
    answer = client.post("/accounts/login/", {"login": account.email, "password": PASSWORD, "next": target})
    assert answer["Location"] == "/accounts/arrive/"


def test_next_leads_to_the_page_that_was_wanted(client, account):
    answer = client.post("/accounts/login/", {"login": account.email, "password": PASSWORD, "next": "/desk/patients/"})
    assert answer["Location"] == "/desk/patients/"


def test_sign_up_is_closed(client, clinic):
    page = client.get("/accounts/signup/")
    assert (page.status_code, "form" in page.context) == (200, False)
    client.post("/accounts/signup/", {"email": "eve@example.org", "password1": PASSWORD})
    assert User.objects.count() == 0


# --- the code by mail


def asked_code(client, email="rita@example.org"):
    """Ask for a code and return the message that waits."""
    answer = client.post("/accounts/login/code/", {"email": email})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/code/confirm/")
    return Message.objects.order_by("pk").last()


def test_a_code_goes_through_the_outbox_and_is_wiped_after_sending(client, account, mailoutbox):
    waiting = asked_code(client)
    code = re.search(r"^[A-Z0-9-]{6,}$", waiting.text, re.M)[0]
    assert (waiting.to, waiting.is_sensitive, waiting.sent_at, mailoutbox) == (account.email, True, None, [])
    outbox.send_due()
    assert code in mailoutbox[0].body
    sent = Message.objects.get(pk=waiting.pk)
    assert (sent.text, sent.html) == ("", "")
    assert code not in str(Message.objects.values().get(pk=waiting.pk))
    assert client.post("/accounts/login/code/confirm/", {"code": code})["Location"] == "/accounts/arrive/"
    assert client.get("/desk/").status_code == 200


def test_a_code_counts_once_and_in_its_own_browser_only(client, account):
    """T078."""
    code = re.search(r"^[A-Z0-9-]{6,}$", asked_code(client).text, re.M)[0]
    other = Client()
    other.post("/accounts/login/code/confirm/", {"code": code})
    assert "_auth_user_id" not in other.session
    client.post("/accounts/login/code/confirm/", {"code": code})
    client.post("/accounts/logout/")
    client.post("/accounts/login/code/confirm/", {"code": code})
    assert "_auth_user_id" not in client.session


def test_a_mail_is_headed_by_the_clinic_and_not_by_the_host_that_was_asked(client, account):
    """T059."""
    message = asked_code(client)
    assert message.subject == "Harbour Street Chiropractic: Sign-In Code"
    assert message.text.startswith("Hello from Harbour Street Chiropractic!")
    assert "testserver" not in message.text


def test_asking_for_a_code_answers_the_same_for_an_unknown_address(client, account):
    """T073: the page says nothing; the code goes to nobody."""
    known, unknown = Client(), Client()
    asked_code(known)
    asked_code(unknown, "nobody@example.org")
    pages = [c.get("/accounts/login/code/confirm/").content.decode() for c in (known, unknown)]
    same = [re.sub(r"[\w.]+@example\.org|value=\"[^\"]{30,}\"", "", page) for page in pages]
    assert same[0] == same[1]


# --- throttling


def test_tries_are_counted_per_account_wherever_they_come_from(client, account):
    """T070: a header that anybody can write changes nothing."""
    for number in range(5):
        spoofed = {"HTTP_X_FORWARDED_FOR": f"203.0.113.{number}"}
        assert refusal(sign_in(client, password="wrong", **spoofed)) == NOT_CORRECT
    assert refusal(sign_in(client)) == TOO_MANY
    assert refusal(sign_in(client, HTTP_X_FORWARDED_FOR="203.0.113.99")) == TOO_MANY
    assert refusal(sign_in(Client(), REMOTE_ADDR="203.0.113.7")) == TOO_MANY


def test_the_tries_of_one_account_do_not_lock_another(client, account):
    make.user("tess@example.org", "therapist", password=PASSWORD)
    for _number in range(6):
        sign_in(client, password="wrong")
    assert sign_in(Client(), "tess@example.org", REMOTE_ADDR="203.0.113.7").status_code == 302


def test_after_a_while_the_account_opens_again(client, account):
    with time_machine.travel("2027-03-01T15:00:00Z", tick=False) as clock:
        for _number in range(6):
            sign_in(client, password="wrong")
        assert refusal(sign_in(client)) == TOO_MANY
        clock.shift(timedelta(minutes=6))
        assert sign_in(client).status_code == 302


def test_spraying_one_password_over_many_accounts_is_slowed_down(client, clinic):
    """T071: ten failures a minute from one address, whichever accounts they name."""
    said = [refusal(sign_in(client, f"user{number}@example.org", "password")) for number in range(11)]
    assert said == [NOT_CORRECT] * 10 + [TOO_MANY]
