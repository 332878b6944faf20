"""The choke point itself: what `for_user` and `for_own` hand out, model by model."""

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser

from patients.models import Patient
from patients.models.owned import OwnedQuerySet

pytestmark = pytest.mark.django_db
OWNED = [model for model in apps.get_models() if isinstance(model._default_manager.all(), OwnedQuerySet)]
NAMES = [model._meta.label_lower for model in OWNED]
OF_THE_DESK = [
    "patients.coverage",
    "patients.stickynote",
    "patients.calllog",
    "scheduling.series",
    "scheduling.waitlistentry",
    "scheduling.appointment",
    "scheduling.therapytimer",
]


def owners(rows):
    """Whose rows these are."""
    return set(rows.values_list(rows.owner, flat=True))


@pytest.mark.parametrize("model", OWNED, ids=NAMES)
def test_a_patient_gets_rows_of_their_own_only(world, model):
    for rows in (model.objects.for_user(world.ben.user), model.objects.for_own(world.ben.user)):
        assert owners(rows) <= {world.ben.pk}


@pytest.mark.parametrize("model", OWNED, ids=NAMES)
def test_who_may_act_for_ana_gets_hers_only(world, model):
    assert owners(model.objects.for_own(world.paul)) <= {world.ana.pk}


@pytest.mark.parametrize("model", OWNED, ids=NAMES)
def test_nobody_gets_nothing(world, model):
    for nobody in (AnonymousUser(), None, object()):
        assert model.objects.for_user(nobody).count() == 0


@pytest.mark.parametrize("name", ["rita", "olga", "ivan"])
def test_those_who_do_not_treat_get_no_row_of_the_chart(world, name):
    """What the desk and the clinic admin read of a patient's tables is what the day sheet and its panels show."""
    user = getattr(world, name)
    open_to_them = {model._meta.label_lower for model in OWNED if model.objects.for_user(user).exists()}
    papers = {"patients.consent"}  # the clinic admin answers for what was signed
    assert open_to_them == {"rita": {*OF_THE_DESK}, "olga": {*OF_THE_DESK} | papers, "ivan": set()}[name]


def test_the_tables_hold_rows_of_both(world):
    """Positive control: most tables have rows of Ana and of Ben, and those who treat see both."""
    both = [m for m in OWNED if {world.ana.pk, world.ben.pk} <= owners(m.objects.for_user(world.carlos))]
    assert len(both) >= len(OWNED) * 2 / 3
    assert {m for m in OWNED if world.ana.pk in owners(m.objects.for_own(world.ana.user))} != set()


def test_a_patient_finds_among_patients_only_themselves(world):
    assert list(Patient.objects.for_user(world.ben.user)) == [world.ben]
    assert list(Patient.objects.for_user(world.paul)) == [world.ana]
    assert Patient.objects.for_user(world.ivan).count() == 0
