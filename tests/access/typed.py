"""What a browser sends with a row of the matrix: one function per name in its column `data`."""

from datetime import timedelta

from django.http import QueryDict

from clinic.reception import plans
from clinic.scheduling.waitlist_forms import value_of
from patients.models import ConsentText
from tests import make
from tests.access.world import PASSWORD
from tests.clinic.portal.filled import page_fields
from tests.make import MONDAY


def nothing(world):
    return {}


def chosen_time(world):
    return {"slot": world.offer}


def asked_time(world):
    return {"slot": world.offer, "name": "Eva Vale", "phone": "(503) 555-0179"}


def asked_call(world):
    return {"name": "Eva Vale", "phone": "(503) 555-0179", "best_time": "any"}


def given_detail(world):
    return {"do": "accept:occupation"}


def words(world):
    return {"q": "sorensen"}


def contact(world):
    return {"phone": "(503) 555-0133", "preferred_channel": "phone"}


def document(world):
    return {"title": "Letter", "kind": "letter", "file": make.upload()}


def letter(world):
    return {"kind": "referral", "addressee": "Dr Moss", "urgency": "soon", "question": "A worry?", "body": "Dear"}


def agreed(world):
    text = ConsentText.objects.get(kind="manipulation", version=1)
    card = {"text": text.pk, "answer": "yes", "name": "Ana Sorensen", "relation": "husband"}
    return {f"consent-manipulation-{name}": value for name, value in card.items()}


def note(world):
    return {"text": "Parks behind the house"}


def code_numbers(world):
    return {"file": make.upload(b"key,code\nus,A1\n", "numbers.csv", "text/csv")}


def half_a_code(world):
    return {"diagnosis": "M54.5"}


def cover(world):
    return {"payer": "private", "unit_rule": "each", "since": "2027-03-01"}


def leave(world):
    who = {"email": "mira@example.org", "name": "Mira Vale", "relation": "daughter", "scopes": ["booking"]}
    return who | {"identity_seen": "passport"}


def leave_wished(world):
    return {"name": "Mira Vale", "relation": "my daughter", "scopes": ["booking"]}


def day_and_tick(world):
    return {"on": "2027-02-27", "sure": "on"}


def booking(world):
    who = {"patient": world.ida.pk, "practitioner": world.practitioner.pk, "kind": world.kind.pk}
    return {**who, "day": "2027-03-03", "time": "14:00"}


def booking_series(world):
    return booking(world) | {"series": "on", "per_week": "2", "weeks": "2", "then": world.kind.pk}


def chosen_series(world):
    sent = booking_series(world)
    data = QueryDict(mutable=True)
    data.update(sent)
    section = plans.read(data, world.rita)
    return sent | {"planned_for": section.signature} | {f"place-{p.number}": p.choice.code for p in section.planned}


def one_more(world):
    return {"day": "2027-03-10", "time": "14:00"}


def a_day_later(world):
    return {"from": "1", "day": "2027-03-03", "time": "16:00"}


def moved_a_day(world):
    start = world.ana_rows.coming.starts_at + timedelta(days=1, hours=6)
    return a_day_later(world) | {"place-1": f"{start.isoformat()}|{world.practitioner.pk}"}


def wanted_times(world):
    return {"practitioner": world.practitioner.pk, "kind": world.kind.pk, "day": "2027-03-03"}


def typed_person(world):
    return {"given_name": "Ana", "family_name": "Sorensen", "birth_date": "1965-03-14", "phone": "5035550119"}


def in_room(world):
    return {"to": "in_room"}


def new_place(world):
    return {"day": "2027-03-01", "time": "14:00"}


def because(world):
    return {"because": "child ill"}


def new_device(world):
    return {"name": "Side tablet", "location": world.location.pk}


def own_calendar(world):
    return {"practitioner": world.practitioner.pk}


def born(world):
    return {"month": "3", "day": "14", "year": "1965", "letters": "kje"}


def feeling(world):
    return {"visit": world.here.pk, "pain": "6", "change": "same", "words": "shovelled", "flags": "none"}


def as_ida(world):
    return {"patient": world.ida.pk}


def called(world):
    return {"outcome": "called"}


def reached(world):
    return {"outcome": "reached"}


def ice_for_ana(world):
    return {"appointment": world.ana_rows.today.pk, "therapy": "ice", "minutes": "5"}


def iris_twice(world):
    return {"kept": world.ida.pk, "absorbed": world.iris.pk}


def ana_twice(world):
    return {"with": world.ida.pk, "keep": "this", "because": "same voice"}


def wishes_of_ida(world):
    return {"patient": world.ida.pk, "kind": world.kind.pk, "weekdays": ["0", "2"]}


def friday_at_eleven(world):
    return {"at": value_of(MONDAY + timedelta(days=4, hours=1), world.practitioner)}


def ana_and_ben(world):
    return {"p": [world.ana.pk, world.ben.pk], "practitioner": world.practitioner.pk, "day": "2027-03-26"}


def both_together(world):
    start = MONDAY + timedelta(days=25, hours=3)
    times = (start, start + timedelta(minutes=world.kind.minutes))
    return ana_and_ben(world) | {"together": ",".join(f"{at.isoformat()}|{world.practitioner.pk}" for at in times)}


def doctor_away(world):
    return {"practitioner": world.practitioner.pk, "from_day": "2027-03-02"}


def nobody_booked(world):
    return {"practitioner": world.practitioner.pk, "from_day": "2027-05-03"}


def complaint(world):
    return page_fields(world.ana_rows.intake, "complaint")


def password(world):
    return dict.fromkeys(("password1", "password2"), PASSWORD)


def autocomplete_topics(world):
    return {"app_label": "content", "model_name": "article", "field_name": "topics"}


def typed_article(world):
    return {"title": "A typed title", "body": "Text."}
