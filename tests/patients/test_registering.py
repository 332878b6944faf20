"""Taking a person in, changing who they are, opening their account; and how old they are."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from clinic.accounts.models import RoleGrant, User
from clinic.accounts.roles import Role
from clinic.audit.models import AuditEvent
from patients import registering
from patients.answer_meaning import age_on
from patients.models import Patient, ProxyGrant, SearchToken
from tests import make
from tests.clinic.scheduling.test_booking_race import all_at_once

EVA = {"given_name": "Eva", "family_name": "Vale", "birth_date": date(1990, 2, 28)}
PASSWORD = "a long password of mine"


@pytest.fixture
def no_log(monkeypatch):
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)


def actions():
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def test_a_registered_person_has_a_chart_number_and_is_found(rita):
    eva = registering.register(by=rita, **EVA)
    assert eva.chart_number == str(registering.FIRST_CHART_NUMBER + eva.pk)
    assert (list(Patient.objects.search("vale")), actions()) == ([eva], ["patient.registered"])


def test_a_therapist_registers_and_changes_nobody(ana, tess):
    with pytest.raises(PermissionDenied):
        registering.register(by=tess, **EVA)
    with pytest.raises(PermissionDenied):
        registering.change(ana, by=tess, family_name="Vale")
    assert list(Patient.objects.values_list("family_name", flat=True)) == ["Sørensen"]


def test_a_registration_that_is_not_in_the_log_did_not_happen(rita, no_log):
    with pytest.raises(ZeroDivisionError):
        registering.register(by=rita, **EVA)
    assert (Patient.objects.count(), Patient.history.count(), SearchToken.objects.count()) == (0, 0, 0)


def test_a_changed_name_is_found_and_the_old_one_is_not(ana, rita):
    registering.change(ana, by=rita, family_name="Vale")
    assert (list(Patient.objects.search("vale")), list(Patient.objects.search("sorensen"))) == ([ana], [])
    assert AuditEvent.objects.get().details == {"fields": ["family_name"]}


def test_a_change_that_is_not_in_the_log_did_not_happen(ana, rita, no_log):
    with pytest.raises(ZeroDivisionError):
        registering.change(ana, by=rita, family_name="Vale")
    assert (Patient.objects.get().family_name, list(Patient.objects.search("vale"))) == ("Sørensen", [])


# --- the account


@pytest.fixture
def eva(rita):
    return registering.create(**EVA)


def test_an_account_belongs_to_the_patient_and_opens_only_the_portal(eva):
    user = registering.open_account(eva, email=" Eva@Example.org ", password=PASSWORD)
    assert (user.email, Patient.objects.get().user, user.roles) == ("eva@example.org", user, {Role.PATIENT})
    assert (user.check_password(PASSWORD), AuditEvent.objects.get().actor_id) == (True, user.pk)


@pytest.mark.parametrize("typed", ["ana@example.org", "ANA@Example.ORG", "  Ana@example.org\t"])
def test_the_address_of_another_is_refused_in_any_case(ana, eva, typed):
    with pytest.raises(registering.AddressBelongsToAnother):
        registering.open_account(eva, email=typed, password=PASSWORD)
    eva.refresh_from_db()
    assert (eva.user, User.objects.filter(email__iexact="ana@example.org").count()) == (None, 1)


def test_an_address_stored_in_capitals_is_known_too(ana, eva):
    User.objects.filter(pk=ana.user_id).update(email="ANA@example.org")
    with pytest.raises(registering.AddressBelongsToAnother):
        registering.open_account(eva, email="ana@example.org", password=PASSWORD)


def test_whoever_has_an_account_gets_no_second(ana):
    with pytest.raises(registering.AddressBelongsToAnother):
        registering.open_account(ana, email="new@example.org", password=PASSWORD)
    assert not User.objects.filter(email="new@example.org").exists()


def test_the_longest_name_still_gets_an_account(eva, rita):
    registering.change(eva, by=rita, given_name="E" * 80, family_name="V" * 80)
    assert len(registering.open_account(eva, email="eva@example.org", password=PASSWORD).display_name) == 120


def test_an_account_that_is_not_in_the_log_was_not_opened(eva, no_log):
    before = User.objects.count()
    with pytest.raises(ZeroDivisionError):
        registering.open_account(eva, email="eva@example.org", password=PASSWORD)
    eva.refresh_from_db()
    assert (eva.user, User.objects.count(), RoleGrant.objects.filter(role=Role.PATIENT).count()) == (None, before, 0)


def attempt(patient, email):
    try:
        registering.open_account(patient, email=email, password=PASSWORD)
    except registering.AddressBelongsToAnother:
        return "refused"
    return "opened"


@pytest.mark.django_db(transaction=True)
def test_eight_accounts_of_one_patient_at_once_are_one():
    eva = make.patient("Eva")
    results = all_at_once([lambda n=n: attempt(eva, f"eva{n}@example.org") for n in range(8)])
    assert (sorted(results), User.objects.count()) == (["opened"] + ["refused"] * 7, 1)


@pytest.mark.django_db(transaction=True)
def test_eight_of_a_family_with_one_address_get_one_account():
    family = [make.patient(f"Child {n}") for n in range(8)]
    results = all_at_once([lambda p=p: attempt(p, "family@example.org") for p in family])
    assert (sorted(results), User.objects.count()) == (["opened"] + ["refused"] * 7, 1)
    assert Patient.objects.exclude(user=None).count() == 1


# --- age and days


@pytest.mark.parametrize(
    ("day", "age"),
    [
        (date(2026, 2, 28), 17),
        (date(2026, 3, 1), 18),
        (date(2028, 2, 28), 19),
        (date(2028, 2, 29), 20),
        (date(2008, 2, 29), 0),
    ],
)
def test_whoever_was_born_on_29_february_turns_older_on_1_march_of_a_common_year(day, age):
    born = date(2008, 2, 29)
    assert (age_on(born, day), Patient(birth_date=born).age_on(day)) == (age, age)


DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@given(DAYS, DAYS)
def test_age_grows_by_one_on_exactly_one_day_a_year_and_both_ways_of_asking_agree(one, other):
    born, day = sorted((one, other))
    age = age_on(born, day)
    assert age == Patient(birth_date=born).age_on(day)
    assert age in (day.year - born.year, day.year - born.year - 1)
    tomorrow = day + timedelta(days=1)
    turned = age_on(born, tomorrow) - age
    birthday = (born.month, born.day)
    leapling_in_common_year = birthday == (2, 29) and (tomorrow.month, tomorrow.day) == (3, 1) and day.day == 28
    assert turned == int((tomorrow.month, tomorrow.day) == birthday or leapling_in_common_year)


@given(DAYS)
def test_nobody_has_an_age_before_birth(born):
    assert age_on(born, born - timedelta(days=1)) is None
    assert age_on(None, born) is None


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        ("2028-03-01T04:59:00+00:00", True),  # 29 February, 23:59 on the wall
        ("2028-03-01T05:00:00+00:00", False),
        ("2028-02-28T04:59:00+00:00", False),  # 27 February, 23:59 on the wall
        ("2028-02-28T05:00:00+00:00", True),
    ],
)
def test_a_grant_begins_and_ends_with_the_day_of_the_clinic(client, ana, ben, rita, now, is_open):
    ProxyGrant.objects.create(
        patient=ben, user=ana.user, relation="son", may_record=True, granted_by=rita,
        starts_on=date(2028, 2, 28), ends_on=date(2028, 2, 29),
    )  # fmt: skip
    with time_machine.travel(now, tick=False):
        client.force_login(ana.user)
        assert client.get("/portal/", {"for": ben.pk}).status_code == (200 if is_open else 404)
