"""T074: one account per address, in whatever case it is written."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from clinic.accounts.models import User
from tests import make

SPELLINGS = ["RITA@EXAMPLE.ORG", " rita@example.org ", "Rita@Example.Org"]


@pytest.mark.parametrize("typed", SPELLINGS)
def test_an_address_is_kept_trimmed_and_small(db, typed):
    assert make.user(typed).email == "rita@example.org"


@pytest.mark.parametrize("typed", SPELLINGS)
def test_the_second_account_of_an_address_is_refused(rita, typed):
    with pytest.raises(IntegrityError), transaction.atomic():
        make.user(typed)
    assert User.objects.filter(email__iexact="rita@example.org").count() == 1


def test_the_database_itself_refuses_the_same_address_in_another_case(rita, carlos):
    """Past every form and manager."""
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=carlos.pk).update(email="Rita@example.org")


def test_a_form_tells_that_the_address_is_taken(rita, db):
    twin = User(email="RITA@example.org", display_name="Rita", password="x")
    with pytest.raises(ValidationError) as refused:
        twin.full_clean()
    assert list(refused.value.message_dict) == ["email"]


@pytest.mark.parametrize("typed", SPELLINGS)
def test_an_account_is_found_in_any_spelling(rita, typed):
    assert User.objects.get_by_natural_key(typed) == rita


def test_staff_are_those_with_a_role_that_works_here(rita, ivan, ana):
    nobody = make.user("nobody@example.org")
    assert [user.is_staff for user in (rita, ivan, ana.user, nobody)] == [True, True, False, False]
