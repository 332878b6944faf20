"""Whose language: what the visitor chose, else the patient's own, else the browser's; staff pages stay English."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from clinic.accounts import links
from clinic.accounts.language import STAFF_DOORS
from clinic.accounts.models import SignedLink
from clinic.messaging.models import Message
from clinic.reception.forms import ContactForm
from clinic.reception.kiosk_forms import FeelForm
from clinic.scheduling import feeds, mails
from patients import intake as intakes
from patients import invitations
from patients.languages import known, language_of, offered
from patients.questions import load
from tests import make
from tests.access.routes import all_routes
from tests.clinic.reception.test_kiosk import tablet_of

SPANISH = {"HTTP_ACCEPT_LANGUAGE": "es-MX,es;q=0.9"}
STAFF_SPACES = ("desk:", "admin:")


@pytest.fixture(autouse=True)
def _english_again():
    """A page leaves its language active; the next test begins in English."""
    yield
    translation.deactivate()


def speaks(patient, words):
    patient.language = words
    patient.save()
    return patient


def lang(response):
    """The language the page says it is in."""
    return response.content.decode().partition('<html lang="')[2][:2]


# --- the words on the record ---


@pytest.mark.parametrize(
    ("words", "code"),
    [
        *[(words, "es") for words in ("es", "ES", "es-MX", "es_419", "Spanish", "Español", "castellano", "Spa")],
        *[(words, "en") for words in ("en", "en-US", "English", "inglés")],
        ("Spanish, some English", "es"),
        *[(words, "") for words in ("", "Vietnamese", "esperanto", "Estonian", "??", "fr")],
    ],
)
def test_the_words_on_a_record_name_one_of_our_languages(words, code):
    assert known(words) == code


@pytest.mark.django_db
def test_who_names_no_language_of_ours_is_written_to_in_english(ana):
    assert [language_of(speaks(ana, words)) for words in ("", "Welsh", "español")] == ["en", "en", "es"]


@pytest.mark.django_db
@pytest.mark.parametrize(("words", "own"), [("", []), ("Spanish", []), ("español de México", ["español de México"])])
def test_the_desk_chooses_a_language_and_keeps_words_of_before(ana, words, own):
    form = ContactForm(instance=speaks(ana, words))
    values = [value for value, _label in form.fields["language"].widget.choices]
    assert (values[1 : 1 + len(own)], values[1 + len(own) : 3 + len(own)]) == (own, ["English", "Spanish"])
    assert f'value="{words}" selected' in str(form["language"])


@pytest.mark.django_db
def test_every_language_the_desk_offers_fits_and_is_read_back(ana):
    assert [len(value) <= 40 for value, _label in offered()] == [True] * len(offered())
    assert [value for value, _label in offered() if known(value)] == ["English", "Spanish"]


# --- the choice ---


@pytest.mark.django_db
def test_a_choice_is_kept_in_a_cookie_and_goes_back_to_the_page(client, clinic):
    answer = client.post(reverse("language"), {"language": "es", "next": "/call/?a=1"})
    assert (answer.status_code, answer["Location"]) == (302, "/call/?a=1")
    cookie = client.cookies["django_language"]
    assert (cookie.value, bool(cookie["httponly"]), cookie["samesite"]) == ("es", True, "Lax")
    page = client.get("/call/")
    assert (lang(page), page["Content-Language"]) == ("es", "es")
    assert "Pedir primero una llamada" in page.content.decode()
    client.post(reverse("language"), {"language": "en", "next": "/call/"})
    assert lang(client.get("/call/", **SPANISH)) == "en"


@pytest.mark.django_db
@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", r"/\evil.example", "javascript:x"])
def test_a_choice_never_leaves_the_site(client, clinic, elsewhere):
    """T084."""
    answer = client.post(
        reverse("language"), {"language": "es", "next": elsewhere}, HTTP_REFERER="https://evil.example/"
    )
    assert answer["Location"] == "/"


@pytest.mark.django_db
def test_a_choice_needs_a_post_with_the_token_and_one_of_our_languages(client, clinic):
    assert client.get(reverse("language")).status_code == 405
    assert Client(enforce_csrf_checks=True).post(reverse("language"), {"language": "es"}).status_code == 403
    client.post(reverse("language"), {"language": "xx", "next": "/"})
    assert "django_language" not in client.cookies


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/call/", "/library/", "/accounts/login/"])
def test_public_pages_offer_both_languages_by_their_own_names(client, clinic, path):
    text = client.get(path).content.decode()
    assert ('lang="en" aria-current="true">English</button>' in text, 'lang="es">Español</button>' in text) == (
        True,
        True,
    )
    assert f'name="next" value="{path}"' in text


# --- staff ---


def test_every_staff_page_lies_behind_a_door_that_speaks_english():
    staff = [
        r for r in all_routes() if r.name.startswith(STAFF_SPACES) or r.mark in ("reception_only", "clinical_only")
    ]
    assert [r.name for r in staff if not f"/{r.pattern}".startswith(STAFF_DOORS)] == []
    assert len(staff) > 50


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/desk/", "/desk/patients/", "/admin/"])
def test_staff_pages_are_english_whatever_the_browser_says(client, olga, rita, path):
    client.force_login(olga if path == "/admin/" else rita)
    client.cookies["django_language"] = "es"
    page = client.get(path, **SPANISH)
    assert (page.status_code, lang(page), page["Content-Language"]) == (200, "en", "en")
    assert "Vary" not in page or "Cookie" in page["Vary"]


# --- pages behind a link ---


@pytest.fixture
def link(ana):
    return reverse("intake", args=[links.make(SignedLink.Scope.INTAKE, intakes.open_intake(ana).pk)])


@pytest.mark.django_db
def test_an_intake_begins_in_the_patients_language_until_another_is_chosen(client, ana, link):
    speaks(ana, "Spanish")
    page = client.get(link, HTTP_ACCEPT_LANGUAGE="en")
    assert (lang(page), page["Content-Language"]) == ("es", "es")
    assert "Su historial de salud" in page.content.decode()
    client.post(reverse("language"), {"language": "en", "next": link})
    assert "Your health history" in client.get(link).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(("words", "shown"), [("", "es"), ("Vietnamese", "es"), ("English", "en")])
def test_an_intake_without_a_known_language_follows_the_browser(client, ana, link, words, shown):
    speaks(ana, words)
    assert lang(client.get(link, **SPANISH)) == shown


@pytest.mark.django_db
def test_the_invitation_and_the_portal_begin_in_the_patients_language(client, ana):
    speaks(ana, "es").email = "ana@example.org"
    ana.save()
    token = links.make(SignedLink.Scope.INVITATION, ana.pk)
    assert lang(client.get(reverse("invitation", args=[token]))) == "es"
    client.force_login(ana.user)
    assert lang(client.get("/portal/")) == "es"


# --- mails ---


@pytest.mark.django_db
def test_mails_are_in_the_language_of_who_reads_them(ana, ben, carlos):
    speaks(ana, "Español").email = "ana@example.org"
    visit = make.appointment(ana, carlos.practitioner)
    with translation.override("en"):
        mails.tell(visit, "confirmation")
    told = Message.objects.get()
    assert told.subject.startswith("Su visita del ")
    assert "Tiene una visita reservada el " in told.text
    assert " de " in told.subject
    assert "SUMMARY:Visita en Harbour Street Chiropractic" in told.attachment

    ben.email = "ben@example.org"
    other = make.appointment(ben, carlos.practitioner, visit.starts_at + timedelta(days=1))
    with translation.override("es"):
        mails.tell(other, "confirmation")
    assert Message.objects.exclude(pk=told.pk).get().subject.startswith("Your visit on ")


@pytest.mark.django_db
def test_the_link_to_the_health_history_is_sent_in_spanish(ana, rita):
    speaks(ana, "es").email = "ana@example.org"
    ana.save()
    invitations.send_intake(ana, by=rita)
    told = Message.objects.get()
    assert told.subject == "Antes de su visita: unas preguntas"
    assert told.text.startswith(f"Hola, {ana.called}:")
    assert translation.get_language() == "en-us"


@pytest.mark.django_db
def test_a_calendar_is_in_the_language_of_its_owner(ana, carlos):
    make.appointment(ana, carlos.practitioner)
    speaks(ana, "es")
    of_ana, _token = feeds.make(ana, by=ana.user)
    of_carlos, _token = feeds.make(carlos.practitioner, by=carlos)
    with translation.override("es"):
        assert "Visits at" in feeds.file_of(of_carlos).decode()
    assert "Visita en" in feeds.file_of(of_ana).decode()


@pytest.mark.django_db
def test_the_sheet_of_paper_is_in_the_patients_language_on_a_page_of_the_desk(client, ana, rita):
    speaks(ana, "Español")
    client.force_login(rita)
    page = client.get(f"/desk/patients/{ana.pk}/intake/paper/")
    text, sheet = page.content.decode().split('<article class="sheetpaper" lang="es">')
    assert (lang(page), "Back to the patient" in text) == ("en", True)
    assert ("¿Cuál es su nombre legal completo?" in sheet, "What is your full legal name?" in sheet) == (True, False)
    assert ("Marque lo que corresponda." in sheet, "Tick what fits." in sheet) == (True, False)


# --- the check-in on a shared tablet ---


@pytest.mark.django_db
def test_the_tablet_speaks_the_language_pressed_and_forgets_it_for_the_next_person(clinic):
    tablet = tablet_of(make.device())
    asked = tablet.get("/checkin/").content.decode()
    assert 'name="next" value="/checkin/?chosen"' in asked
    answer = tablet.post(reverse("language"), {"language": "es", "next": "/checkin/?chosen"}, follow=True)
    assert "¿Cuándo nació?" in answer.content.decode()
    refused = tablet.post("/checkin/", {"month": "3", "day": "14", "year": "1965", "letters": "zzz"})
    assert "Por favor, pase a la recepción." in refused.content.decode()
    begun = tablet.get("/checkin/")
    assert (begun.status_code, begun["Location"]) == (302, "/checkin/")
    assert "When were you born?" in tablet.get("/checkin/").content.decode()


@pytest.mark.django_db
def test_the_red_flags_on_the_tablet_are_asked_in_spanish():
    with translation.override("es"):
        asked = dict(FeelForm().fields["flags"].choices)
        assert asked["RF01"] == load().question("RF01").text
        assert asked["none"] == "Ninguna de estas"
    assert dict(FeelForm().fields["flags"].choices)["RF01"] == load().question("RF01").text
