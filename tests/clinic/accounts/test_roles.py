"""What `roles.can` answers: by role, only for the active, and never for a permission nobody defined."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from clinic.accounts.models import RoleGrant, User
from clinic.accounts.roles import ALLOWED, Role, can, require
from tests import make

CLINICAL = ["alert.view_content", "health.view", "intake.view", "outcome.view", "treatment.add", "visit.view"]


def test_an_unknown_permission_is_an_error_and_not_a_no(carlos):
    with pytest.raises(KeyError):
        can(carlos, "visit.read")
    with pytest.raises(KeyError):
        require(carlos, "")


def test_a_permission_opens_to_its_roles_only(rita, carlos, tess, olga, ivan, ana):
    people = {"rita": rita, "carlos": carlos, "tess": tess, "olga": olga, "ivan": ivan, "ana": ana.user}
    may = {right: {name for name, user in people.items() if can(user, right)} for right in [*CLINICAL, "visit.sign"]}
    assert may == {right: {"carlos", "tess"} for right in CLINICAL} | {"visit.sign": {"carlos"}}


def test_a_superuser_has_the_rights_of_it_and_no_more(ivan):
    assert ivan.has_perm("charting.view_visit") is True  # Django's own answer, which our doors do not ask
    assert {right for right in ALLOWED if can(ivan, right)} == {
        *("article.view", "article.add", "article.change", "setting.view", "message.view"),
        *("account.view", "account.change", "audit.view", "import.run"),
    }


def test_a_patient_has_no_right_of_the_staff(ana):
    assert [right for right in ALLOWED if can(ana.user, right)] == []


@pytest.mark.parametrize("right", sorted(ALLOWED))
def test_nobody_anonymous_and_nobody_who_left_may_do_anything(right, clinic):
    left = make.user("left@example.org", *[role for role in Role if role != Role.IT_SUPERUSER], is_active=False)
    assert can(left, right) is False
    assert can(AnonymousUser(), right) is False
    with pytest.raises(PermissionDenied):
        require(left, right)


def test_who_holds_two_roles_may_do_what_either_may(clinic):
    both = make.user("both@example.org", Role.CHIROPRACTOR, Role.CLINIC_ADMIN)
    assert (can(both, "visit.sign"), can(both, "article.publish")) == (True, True)


def test_a_role_given_or_taken_counts_at_the_next_request(rita):
    assert can(rita, "visit.view") is False
    RoleGrant.objects.create(user=rita, role=Role.THERAPIST)
    assert can(User.objects.get(pk=rita.pk), "visit.view") is True
    rita.role_grants.all().delete()
    assert User.objects.get(pk=rita.pk).is_staff is False
