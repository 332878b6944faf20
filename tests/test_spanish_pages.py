"""Whole pages in Spanish: the intake, the stop page, the portal, the public site and the check-in, without English."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone, translation

from clinic.accounts import links
from clinic.accounts.models import SignedLink
from clinic.portal.filling import Filling
from patients import intake as intakes
from patients.models import ConsentText, Intake
from patients.questions import load
from patients.red_flags import read_advice
from scripts import messages
from tests import make
from tests.clinic.portal.filled import fill_in, page_fields
from tests.clinic.portal.test_portal import handed_in, signed
from tests.clinic.reception.test_kiosk import tablet_of
from tests.make import MONDAY
from tests.test_spanish import SAME, SAME_IN_SPANISH, texts

pytestmark = pytest.mark.django_db
READ_ALOUD = {"aria-label", "alt", "placeholder", "title", "data-words"}
UNREAD = {"script", "style", "code"}
# Words that no Spanish sentence holds.
ENGLISH = re.compile(
    r"\b(the|you|your|and|of|with|for|is|are|we|our|not|this|that|please|when|what|how|have|it|to|from|on|or|back)\b",
    re.IGNORECASE,
)
NAMES = {"Harbour Street Chiropractic", "Harbour Street", "Doctor of Chiropractic", "English"}


class Reading(HTMLParser):
    """Collects the pieces of text a person reads or hears; what says that it is in English is left out."""

    def __init__(self):
        super().__init__()
        self.said, self.inside, self.english = [], [], 0

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag not in ("input", "meta", "link", "br", "hr", "img", "use", "path", "source", "wbr"):
            self.inside.append((tag, told.get("lang") == "en"))
        self.said += [value for name, value in attrs if name in READ_ALOUD and value and not self._is_english()]

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if data.strip() and not self._is_english() and not any(tag in UNREAD for tag, _en in self.inside):
            self.said.append(" ".join(data.split()))

    def _is_english(self):
        return any(english for _tag, english in self.inside)


def english_in(response, *names):
    """Pieces of the page that are in English: whole texts of ours, or sentences with an English word in them."""
    reading = Reading()
    reading.feed(response.content.decode())
    with translation.override("en"):
        ours = {text for _where, text in texts(load())} | {message.id for message in messages.gathered()}
    ours -= SAME | SAME_IN_SPANISH
    found = []
    for piece in reading.said:
        bare = piece
        for name in sorted({*NAMES, *names}, key=len, reverse=True):
            bare = bare.replace(name, "")
        if piece in ours or ENGLISH.search(bare):
            found.append(piece)
    return found


@pytest.fixture(autouse=True)
def _english_again():
    yield
    translation.deactivate()


@pytest.fixture
def reader(client):
    """A browser in which Spanish was chosen."""
    client.cookies["django_language"] = "es"
    return client


@pytest.fixture
def intake(ana):
    return intakes.open_intake(ana)


@pytest.fixture
def url(intake):
    return reverse("intake", args=[links.make(SignedLink.Scope.INTAKE, intake.pk)])


def test_the_reading_finds_english_where_it_stands(client, ana, url):
    """The control: the same pages in English are full of it."""
    assert "The pages" in english_in(client.get(url))
    assert "Tell us in your own words." in english_in(client.get(f"{url}complaint/"))


def test_every_page_of_the_intake_is_in_spanish(reader, intake, url):
    """The start, each page asked and refused, the read-through, the last page."""
    found = {"start": english_in(reader.get(url))}
    filling = Filling(Intake.objects.select_related("patient").get(pk=intake.pk))
    for page in filling.pages:
        found[page.key] = english_in(reader.get(f"{url}{page.key}/"), *sources())
        found[f"{page.key} refused"] = english_in(
            reader.post(f"{url}{page.key}/", {"asked": [q.key for q in page.questions]}), *sources()
        )
    fill_in(reader, url, intake)
    given = Intake.objects.get(pk=intake.pk).answers
    typed = [value for value in given.values() if isinstance(value, str)]
    typed += [cell for value in given.values() if isinstance(value, list) for row in value for cell in _cells(row)]
    found["read-through"] = english_in(reader.get(f"{url}read-through/"), *filter(None, typed))
    found["done"] = english_in(reader.post(f"{url}read-through/"))
    assert {key: said for key, said in found.items() if said} == {}


def sources():
    """Where the facts of a consent text come from: named as the source names itself."""
    return ConsentText.objects.values_list("source", flat=True)


def _cells(row):
    return [str(cell) for cell in row.values()] if isinstance(row, dict) else []


def test_the_stop_page_is_in_spanish(reader, intake, url):
    fields = {k: v for k, v in page_fields(intake, "red_flags", RF01="yes").items() if v is not None}
    assert reader.post(f"{url}red_flags/", fields).url == f"{url}stop/"
    page = reader.get(f"{url}stop/")
    with translation.override("es"):
        asked = load().question("RF01").text
    advice = next(said for english, said in read_advice("es").items() if english.startswith("Call your local"))
    assert [asked in page.content.decode(), advice in page.content.decode()] == [True, True]
    assert english_in(page) == []


def test_an_answer_given_in_spanish_is_the_answer_given_in_english(reader, intake, url):
    fill_in(reader, url, intake)
    spanish = Intake.objects.get(pk=intake.pk).answers
    Intake.objects.filter(pk=intake.pk).update(answers={}, pages_done=[], saved_at=None)
    reader.cookies["django_language"] = "en"
    fill_in(reader, url, intake)
    assert Intake.objects.get(pk=intake.pk).answers == spanish


def test_what_a_spanish_answer_leaves_for_the_clinic_is_in_english(ana, ben):
    """Alerts, tasks and conditions are read by the staff: they say the same whatever the patient reads."""
    left = []
    for person, language in ((ana, "es"), (ben, "en")):
        with translation.override(language):
            handed_in(person, RF01="yes", RF06="yes", RF12="unsure", illnesses=["osteoporosis"], sex="F")
        alerts = person.alerts.order_by("flag").values_list("flag", "points_to", "staff_action")
        tasks = person.tasks.order_by("title", "detail").values_list("kind", "title", "detail")
        left.append([*alerts, *tasks, *person.conditions.order_by("code").values_list("code", "label")])
    assert left[0] == left[1]
    assert len(left[0]) > 4


@pytest.mark.parametrize("name", ["home", "visits", "reading", "record", "documents", "calendar", "consents"])
def test_the_portal_is_in_spanish(reader, ana, carlos, name):
    reader.force_login(ana.user)
    make.appointment(ana, carlos.practitioner, timezone.now() + timedelta(days=3))
    visit = signed(ana, carlos, released="Mejor que la última vez.")
    names = [
        visit.practitioner.name,
        visit.practitioner.signature,
        "First visit",
        "Follow-up",
        "Muscle spasm",
        *sources(),
    ]
    assert english_in(reader.get(reverse(f"portal:{name}")), *names) == []
    if name == "visits":
        assert english_in(reader.get(reverse("portal:visit", args=[visit.pk])), *names) == []


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/request/",
        "/call/",
        "/call/thanks/",
        "/library/",
        "/accounts/login/",
        "/accounts/login/code/",
        "/accounts/password/reset/",
        "/none/",
    ],
)
def test_the_public_pages_are_in_spanish(reader, carlos, kind, path):
    assert english_in(reader.get(path), kind.name, carlos.practitioner.title, kind.description) == []


def test_a_refused_call_is_told_in_spanish(reader, clinic):
    page = reader.post("/call/", {"phone": "1"})
    assert (page.status_code, english_in(page)) == (422, [])


def test_the_check_in_is_in_spanish(ana, carlos):
    make.appointment(ana, carlos.practitioner, MONDAY + timedelta(minutes=10))
    with time_machine.travel(MONDAY, tick=False):
        tablet = tablet_of(make.device())
        tablet.cookies["django_language"] = "es"
        found = [english_in(tablet.get("/checkin/?chosen"))]
        who = {"month": "03", "day": "14", "year": "1965", "letters": "sor"}
        found.append(english_in(tablet.post("/checkin/", who, follow=True)))
        found.append(english_in(tablet.post("/checkin/feel/", {"visit": ana.appointments.get().pk})))
    assert found == [[], [], []]
