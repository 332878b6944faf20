"""What people are called: greeted by the name they like, told apart by both, on paper by the legal one."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.utils import timezone

from clinic.charting.documents import content_of
from clinic.messaging.models import Message
from clinic.reception.cards import Card
from clinic.reception.kiosk_forms import FindForm
from clinic.scheduling import booking, calendars, series, steps
from clinic.scheduling.forms import PersonForm
from clinic.website.forms import RequestForm
from patients import answers, invitations, naming, searching
from patients.models import Patient
from patients.models.people import check_birth_date
from patients.questions import load
from tests import make
from tests.make import MONDAY

LEGAL, LIKED = "Maria Lopez", "Mia"


@pytest.fixture
def mia(clinic):
    made = make.patient_with_account("Maria", family="Lopez", email="mia@example.org", preferred_name=LIKED)
    made.email = "mia@example.org"
    made.save(update_fields=["email"])
    return made


def text_of(response):
    return response.content.decode()


@pytest.mark.parametrize(
    ("given", "family", "liked", "greeted", "known_as"),
    [
        ("Maria", "Lopez", "Mia", "Mia Lopez", "Maria “Mia” Lopez"),
        ("Maria", "Lopez", "", "Maria Lopez", "Maria Lopez"),
        ("Maria", "Lopez", "Maria", "Maria Lopez", "Maria Lopez"),
        ("Suharto", "", "", "Suharto", "Suharto"),
        ("Suharto", "", "Harto", "Harto", "Suharto “Harto”"),
        ("مريم", "الحداد", "", "مريم الحداد", "مريم الحداد"),
    ],
)
def test_names_in_every_shape(given, family, liked, greeted, known_as):
    """T099: single names and names from right to left too."""
    person = Patient(given_name=given, family_name=family, preferred_name=liked)
    assert (naming.greeted(person), naming.known_as(person)) == (greeted, known_as)


# --- who greets says the name they like


def test_every_mail_greets_by_the_name_they_like(mia, carlos, rita, kind):
    with time_machine.travel(MONDAY, tick=False):
        wish = {"practitioner": carlos.practitioner, "patient": mia, "kind": kind, "by": rita}
        visit = booking.book(starts_at=MONDAY + timedelta(days=1), **wish)
        booking.move(visit, starts_at=MONDAY + timedelta(days=2), by=rita)
        steps.cancel(visit, because="no ride", by=rita)
        rows = make.series(make.appointment(mia, carlos.practitioner, MONDAY + timedelta(days=3)))
        told = list(rows.appointments.select_related("practitioner", "location", "kind", "patient"))
        for event in ("series", "series_moved", "series_cancelled"):
            series.tell(rows, event, told)
        invitations.send_intake(mia, by=rita)
        Patient.objects.filter(pk=mia.pk).update(user=None)
        invitations.invite(Patient.objects.get(pk=mia.pk), by=rita)
    mails = {mail.event: mail.text for mail in Message.objects.all()}
    assert len(mails) == 8
    assert {event: ("Hello Mia," in text, "Maria" in text) for event, text in mails.items()} == dict.fromkeys(
        mails, (True, False)
    )


def test_the_portal_greets_by_the_name_they_like_and_shows_the_legal_one_on_record(client, mia):
    client.force_login(mia.user)
    assert ", Mia</h1>" in text_of(client.get("/portal/"))
    assert "Maria Lopez (Mia)" in text_of(client.get("/portal/record/"))


def test_the_desk_calls_out_the_name_they_like_and_finds_by_both(client, rita, mia, carlos):
    with time_machine.travel(MONDAY, tick=False):
        make.appointment(mia, carlos.practitioner, status="arrived")
        client.force_login(rita)
        sheet, page = text_of(client.get("/desk/")), text_of(client.get(f"/desk/patients/{mia.pk}/"))
        hits = {q: text_of(client.get("/desk/search/", {"q": q})) for q in ("mia", "maria", "lopez")}
        listed = text_of(client.get("/desk/patients/"))
    assert ("<bdi>Mia Lopez</bdi>" in sheet, "Maria" in sheet.split('class="appt')[1].split("</a>")[0]) == (True, False)
    assert [f"<bdi>{naming.known_as(mia)}</bdi>" in text for text in (page, *hits.values())] == [True] * 4
    assert "Lopez, Maria “Mia”" in listed


def test_the_chart_says_both_names(client, carlos, mia):
    client.force_login(carlos)
    page = text_of(client.get(mia.get_absolute_url()))
    assert (f"<h1><bdi>{naming.known_as(mia)}</bdi></h1>" in page, "Full name" in page) == (True, True)


def test_a_long_name_gives_way_to_initials_of_the_name_they_like(mia, carlos):
    Patient.objects.filter(pk=mia.pk).update(family_name="Lopez-Villanueva y Aranda")
    visit = make.appointment(Patient.objects.get(pk=mia.pk), carlos.practitioner)
    assert Card(visit, MONDAY).short == "M. Lopez-Villanueva y Aranda"


# --- the legal name where it must stand


def test_the_signed_note_and_the_account_hold_the_legal_name(mia, carlos):
    visit = make.visit(mia, carlos.practitioner, visited_at=MONDAY)
    visit.signed_at = MONDAY
    assert content_of(visit)["patient"]["name"] == mia.user.display_name == LEGAL
    row = make.appointment(mia, carlos.practitioner)
    shown = calendars.for_practitioner([row], "Clinic", shows_names=True).decode()
    assert LEGAL in shown


# --- T099: found in any form, and never turning the line around


@pytest.mark.parametrize(
    ("given", "family", "asked"),
    [
        ("Zoë", "Brontë", ["zoe bronte", "ZOE", "brontë", "Zoe\u0308"]),
        ("Sinéad", "O'Keefe", ["okeefe", "o’keefe", "sinead O'Keefe", "O`Keefe"]),
        ("Ngọc Ánh", "Nguyễn", ["nguyen", "ngoc anh", "NGUYỄN"]),
        ("مريم", "الحداد", ["مريم", "الحداد", "مريم الحداد"]),
        ("שרה", "לוי", ["שרה", "לוי"]),
        ("李", "小龍", ["李", "小龍"]),
        ("Suharto", "", ["suharto", "SUHARTO"]),
        ("Ｆｕｌｌ", "Ｗｉｄｔｈ", ["full width"]),
    ],
)
def test_a_name_is_found_in_any_form(clinic, given, family, asked):
    """T099, on both engines."""
    made = make.patient(given, family)
    make.patient("Somebody", "Else")
    assert {text: list(Patient.objects.search(text)) for text in asked} == {text: [made] for text in asked}
    assert searching.words(made.full_name) != []


@pytest.mark.parametrize("given", ["مريم", "<b>Bob</b>", "D'Arcy", "\u202eevil"])
def test_a_name_stands_isolated_and_inert_wherever_it_leads_a_line(client, rita, carlos, given, clinic):
    """T099: text from right to left stays within its own element, and markup is text."""
    made = make.patient(given, "Moor")
    with time_machine.travel(MONDAY, tick=False):
        make.appointment(made, carlos.practitioner)
        shown = Template("<bdi>{{ name }}</bdi>").render(Context({"name": naming.known_as(made)}))
        client.force_login(rita)
        paths = ("/desk/", f"/desk/?p={made.pk}", f"/desk/patients/{made.pk}/", "/desk/print/", "/desk/search/?q=moor")
        found = {path: shown in text_of(client.get(path)) for path in paths}
        client.force_login(carlos)
        found["chart"] = shown in text_of(client.get(made.get_absolute_url()))
    assert found == dict.fromkeys(found, True)


# --- T098: birth dates

TODAY = timezone.localdate()
GOOD = [date(2004, 2, 29), date(1900, 1, 1), TODAY]
BAD = [TODAY + timedelta(days=1), date(1899, 12, 31), date(1065, 3, 14)]


def refused_by_desk(day):
    form = PersonForm({"given_name": "Ana", "birth_date": str(day), "phone": "5035550119"}, user=None)
    return "birth_date" in form.errors


def refused_by_intake(day):
    try:
        answers.clean(load().question("date_of_birth"), str(day), today=TODAY)
    except answers.BadAnswer:
        return True
    return False


def refused_by_kiosk(day):
    return "month" in FindForm({"month": day.month, "day": day.day, "year": day.year, "letters": "moo"}).errors


def refused_by_site(day):
    return "birth_date" in RequestForm({"name": "Ana", "phone": "5035550119", "birth_date": str(day)}).errors


def refused_by_record(day):
    try:
        check_birth_date(day)
    except ValidationError:
        return True
    return False


FORMS = [refused_by_desk, refused_by_intake, refused_by_kiosk, refused_by_site, refused_by_record]


@pytest.mark.django_db
@pytest.mark.parametrize("refused", FORMS, ids=lambda form: form.__name__)
def test_every_form_takes_leap_days_and_1900_and_refuses_tomorrow_and_earlier(refused):
    """T098: the desk, the health history, the tablet, the site, and the record itself (which the import asks)."""
    assert {day: refused(day) for day in GOOD + BAD} == dict.fromkeys(GOOD, False) | dict.fromkeys(BAD, True)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["2005-02-29", "1900-02-29", "29.02.2004", "nonsense", "0000-00-00"])
def test_a_day_that_never_was_is_refused_at_its_field(text):
    """T098: 29 February of a common year, and 1900 was one."""
    desk = PersonForm({"given_name": "Ana", "birth_date": text, "phone": "5035550119"}, user=None)
    site = RequestForm({"name": "Ana", "phone": "5035550119", "birth_date": text})
    assert ["birth_date" in form.errors for form in (desk, site)] == [True, True]
    with pytest.raises(answers.BadAnswer):
        answers.clean(load().question("date_of_birth"), text, today=TODAY)
