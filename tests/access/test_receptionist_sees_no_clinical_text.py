"""T030: what stands in the chart is not in the pages of those who do not treat: absent, not hidden."""

from html import unescape

import pytest
from django.db import transaction

from tests.access import oracle, places, typed
from tests.access.test_get_changes_nothing import addresses
from tests.access.test_matrix import text_of
from tests.access.world import CLINICAL, browser

pytestmark = pytest.mark.django_db
ROUTES = oracle.by_name()
WORDS = [*CLINICAL.values(), "osteoporosis"]
# An open link is its holder's own; the library and the tables of rules and codes speak of no patient.
OF_NO_PATIENT = (
    *("/intake/", "/library/", "/admin/patients/safetyterm/", "/admin/patients/redflagrule/"),
    *("/admin/charting/contraindication/", "/admin/charting/diagnosiscode/", "/admin/charting/treatmentkind/"),
)

BLANK = "/intake/paper/"  # the printed form asks about illnesses and holds no answer


def texts(world, role):
    """(path, text) of every page this role gets to see."""
    client = browser(world, role)
    for path, query in addresses(world, role):
        if path.startswith(OF_NO_PATIENT) or path.endswith(BLANK):
            continue
        answer = client.get(path, query)
        if answer.status_code == 200:
            yield path, unescape(text_of(answer)).lower()


def found(pages):
    """Return {word: paths} of the clinical words on the pages."""
    pages = list(pages)
    told = {word: sorted({path for path, text in pages if word.lower() in text}) for word in WORDS}
    return {word: paths for word, paths in told.items() if paths}


@pytest.mark.parametrize("role", ["receptionist", "clinic_admin", "it_superuser"])
def test_no_page_of_those_who_do_not_treat_holds_a_word_of_the_chart(world, role):
    pages = list(texts(world, role))
    assert len(pages) > 20
    assert found(pages) == {}


@pytest.mark.parametrize("role", ["therapist", "chiropractor"])
def test_those_who_treat_do_find_each_of_the_words(world, role):
    """Positive control: every planted word stands on some page of theirs."""
    told = found(texts(world, role))
    assert [word for word in CLINICAL.values() if word not in told] == []


def answers_to_the_desk(world):
    """(path, text) of what the desk's buttons answer, redirects followed."""
    for row in oracle.rows():
        if row["method"] == "POST" and row["receptionist"] in ("302", "ok") and row["route"].startswith("desk:"):
            path = places.address(world, ROUTES[row["route"]], "receptionist")
            sent = {**getattr(typed, row["data"] or "nothing")(world), "back": f"/desk/?p={world.ana.pk}"}
            with transaction.atomic():  # each button in the same clinic: what one does is no obstacle to the next
                answer = browser(world, "receptionist").post(path, sent, follow=True)
                transaction.set_rollback(True)
            assert (row["route"], answer.status_code) == (row["route"], 200)
            yield path, unescape(text_of(answer)).lower()


def test_no_answer_to_a_button_of_the_desk_holds_a_word_of_the_chart(world):
    pages = list(answers_to_the_desk(world))
    assert len(pages) > 8
    assert found(pages) == {}


def test_the_desk_learns_that_there_is_an_alert(world):
    """Positive control: the fact is shown, without its content."""
    page = browser(world, "receptionist").get("/desk/", {"p": world.ana.pk}).content.decode()
    assert "Clinical alert" in page


def test_the_desk_finds_nobody_by_a_word_of_the_chart(world):
    """T021: neither diagnosis nor note is searched."""
    for word in CLINICAL.values():
        for path in ("/desk/search/", "/desk/patients/"):
            page = browser(world, "receptionist").get(path, {"q": word}).content.decode()
            assert "Sørensen" not in page.replace(word, "")
