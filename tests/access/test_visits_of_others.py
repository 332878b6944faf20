"""T011: who is not of the desk can neither cancel nor move nor otherwise change the visit of somebody else."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from clinic.scheduling import booking, steps
from clinic.scheduling.models import Appointment, WaitlistEntry, WaitlistOffer
from clinic.scheduling.models.appointments import Status
from tests.access import oracle, typed
from tests.access.routes import sign_in_page
from tests.access.world import browser
from tests.make import MONDAY

pytestmark = pytest.mark.django_db
ROUTES = oracle.by_name()
STRANGERS = ["anonymous", "other_patient", "link_holder", "kiosk"]
TYPED = {**dict.fromkeys(("because", "reason"), "child ill"), "to": "no_show", "day": "2027-03-03", "time": "14:00"}


def of_ana(world):
    """Everything that is kept about when Ana comes."""
    kept = ((Appointment, "patient"), (WaitlistEntry, "patient"), (WaitlistOffer, "entry__patient"))
    return [list(model.objects.filter(**{owner: world.ana}).order_by("pk").values()) for model, owner in kept]


def press_everything(world, role, rows):
    """Post to every address that takes a number, with the number of each of Ana's visits and a full form."""
    client, pressed = browser(world, role), 0
    forms = [TYPED, {**TYPED, "appointment": rows.coming.pk, "patient": world.ana.pk, "pk": rows.coming.pk}]
    for route in ROUTES.values():
        if sign_in_page(route) or "<" not in route.pattern:
            continue
        for visit in (rows.coming, rows.today):
            for form in forms:
                client.post(route.address(pk=visit.pk, object_id=visit.pk, which="missed"), form)
                pressed += 1
    return pressed


@pytest.mark.parametrize("role", STRANGERS)
def test_no_address_takes_the_number_of_somebody_elses_visit(world, role):
    """T011: whatever routes there are or will be; the body names Ana's visit as well."""
    before = of_ana(world)
    assert press_everything(world, role, world.ana_rows) > 100
    assert of_ana(world) == before


def test_the_desk_changes_it_by_the_very_same_presses(world):
    """The control."""
    before = of_ana(world)
    press_everything(world, "receptionist", world.ana_rows)
    assert of_ana(world) != before


@pytest.mark.parametrize("deed", ["cancel", "step", "undo", "move"])
@pytest.mark.parametrize("name", ["ana", "ben"])
def test_no_patient_may_do_the_deeds_of_the_desk(world, deed, name):
    """T011: not even with their own visit; a way for patients has its own deeds, with its own rules."""
    visit, by = world.ana_rows.coming, getattr(world, name).user
    deeds = {
        "cancel": lambda: steps.cancel(visit, because="mine", by=by),
        "step": lambda: steps.step(visit, to=Status.NO_SHOW, by=by),
        "undo": lambda: steps.undo(visit, by=by),
        "move": lambda: booking.move(visit, starts_at=MONDAY + timedelta(days=2), by=by, now=MONDAY),
    }
    before = of_ana(world)
    with pytest.raises(PermissionDenied):
        deeds[deed]()
    assert of_ana(world) == before


def test_a_patient_books_for_nobody_at_the_desk(world):
    """T011: `patient` in the body names somebody else."""
    before = Appointment.objects.count()
    answer = browser(world, "other_patient").post("/desk/book/", {**typed.booking(world), "patient": world.ana.pk})
    assert (answer.status_code, Appointment.objects.count()) == (403, before)
