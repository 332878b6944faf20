"""`manage.py demo`: fills once, refuses the second time, shows fresh passwords and keeps none."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from clinic.accounts.models import User
from clinic.demo import accounts
from patients.models import Patient
from tests import make


def run(**options):
    out = StringIO()
    call_command("demo", patients=12, weeks=1, stdout=out, **options)
    return out.getvalue()


def test_shows_one_account_per_role_whose_password_opens_it(db):
    told = run()
    rows = re.findall(r"^(.+?)  +(\S+@demo\.example) +(\S{14,}) +(/\w+/)$", told, re.MULTILINE)
    assert [(role, email, door) for role, email, _, door in rows] == [
        ("Clinic admin", "olga@demo.example", "/admin/"),
        ("Chiropractor", "carlos@demo.example", "/admin/"),
        ("Therapist", "tess@demo.example", "/admin/"),
        ("Front desk", "dolores@demo.example", "/desk/"),
        ("Patient", "ana@demo.example", "/portal/"),
        ("IT superuser", "ivan@demo.example", "/admin/"),
    ]
    for _, email, password, _ in rows:
        user = User.objects.get(email=email)
        assert user.check_password(password)
    assert not User.objects.get(email="ingrid@demo.example").has_usable_password()


def test_quiet_shows_no_account(db):
    told = run(quiet=True)
    assert told.startswith("Demo clinic filled in ")
    assert "@" not in told
    assert User.objects.count() == 8


def test_passwords_are_never_the_same_twice():
    made = {accounts.fresh_password() for _ in range(50)}
    assert len(made) == 50
    assert {len(password) for password in made} == {23}


def test_refuses_a_database_with_patients_and_changes_nothing(clinic):
    make.patient()
    with pytest.raises(CommandError, match="There are patients in this database"):
        run()
    assert (Patient.objects.count(), User.objects.count()) == (1, 0)


def test_a_failure_on_the_way_leaves_the_database_empty(db, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("disk full")

    monkeypatch.setattr("clinic.demo.afterwards.give_articles", fail)
    with pytest.raises(RuntimeError):
        run()
    assert (Patient.objects.count(), User.objects.count()) == (0, 0)


@pytest.mark.parametrize("options", [{"patients": 3}, {"weeks": 0}, {"weeks": 99}])
def test_refuses_sizes_that_make_no_clinic(db, options):
    with pytest.raises(CommandError, match="at least 10 patients and 1 to 26 weeks"):
        call_command("demo", **options)
