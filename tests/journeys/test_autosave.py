"""The open note keeps itself: typed words survive a closed window, a lost line is said, two versions are shown."""

import pytest

from clinic.charting import notes
from clinic.charting.models import Visit
from tests import make
from tests.journeys.hearing import forgive

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def note(tab, site, sign_in):
    """An open note of Ana on Carlos's screen."""
    carlos = make.practitioner(make.user("carlos@example.org", "chiropractor", display_name="Dr Carlos Vega"))
    visit = make.visit(make.patient("Ana"), carlos)
    sign_in(tab, carlos.user)
    tab.goto(f"{site}{visit.get_absolute_url()}")
    return visit


def test_typed_words_are_kept_without_a_button(tab, note):
    tab.locator("#id_subjective").fill("Stiff since Sunday")
    tab.get_by_text("Draft saved").wait_for()
    tab.reload()
    assert tab.locator("#id_subjective").input_value() == "Stiff since Sunday"
    assert Visit.objects.get(pk=note.pk).subjective == "Stiff since Sunday"


def test_a_lost_line_is_said_and_the_words_are_kept_when_it_is_back(tab, note):
    tab.context.set_offline(True)
    tab.locator("#id_subjective").fill("Stiff")
    tab.get_by_text("Not saved yet, trying again").wait_for()
    tab.context.set_offline(False)
    tab.get_by_text("Draft saved").wait_for(timeout=20000)
    assert tab.get_by_text("Not saved yet").is_hidden()
    assert Visit.objects.get(pk=note.pk).subjective == "Stiff"
    forgive(tab, "ERR_INTERNET_DISCONNECTED")  # the browser itself reports the lost line


def test_two_versions_stand_side_by_side_and_a_button_chooses(tab, note):
    by = note.practitioner.user
    notes.save(note, version=note.version, by=by, subjective="Theirs: better", plan="Walk")
    tab.locator("#id_subjective").fill("Mine: worse")
    both = tab.get_by_role("alert", name="Two versions")
    both.wait_for()
    assert [both.get_by_text(words, exact=True).count() for words in ("Mine: worse", "Theirs: better")] == [1, 1]
    tab.wait_for_timeout(2500)
    assert Visit.objects.get(pk=note.pk).subjective == "Theirs: better"  # nothing saves itself meanwhile
    both.locator("tr", has_text="Subjective").get_by_role("button", name="Keep theirs").click()
    tab.wait_for_load_state()
    assert tab.locator("#id_subjective").input_value() == "Theirs: better"
    forgive(tab, "status of 409")


def test_a_button_waits_for_the_save_that_is_under_way(tab, note):
    answers = []

    def answered_late(route):
        """The server has kept the words; its answer is still on the way."""
        if "autosave" in (route.request.post_data or ""):
            answers.append((route, route.fetch()))
        else:
            route.continue_()

    tab.route("**/visit/**", answered_late)
    tab.locator("#id_objective").fill("Guarded")
    tab.locator("#id_subjective").fill("Stiff since Sunday")
    while not answers:
        tab.wait_for_timeout(100)
    tab.locator('button[name=do][value="sign"]').click()
    tab.wait_for_timeout(300)
    assert not Visit.objects.get(pk=note.pk).is_signed
    route, answer = answers[0]
    route.fulfill(response=answer)
    tab.get_by_text("Signed. The note of").wait_for()
    stored = Visit.objects.get(pk=note.pk)
    assert (stored.is_signed, stored.subjective) == (True, "Stiff since Sunday")


def test_a_button_that_waits_is_not_pressed_over_another_text(tab, note):
    tab.locator("#id_objective").fill("Guarded")
    tab.get_by_text("Draft saved").wait_for()
    stored = Visit.objects.get(pk=note.pk)
    notes.save(stored, version=stored.version, by=note.practitioner.user, subjective="Theirs: better")
    answers = []
    tab.route("**/visit/**", lambda route: answers.append((route, route.fetch())))
    tab.locator("#id_subjective").fill("Mine: worse")
    while not answers:
        tab.wait_for_timeout(100)
    tab.locator('button[name=do][value="sign"]').click()
    route, answer = answers[0]
    route.fulfill(response=answer)
    tab.get_by_role("alert", name="Two versions").wait_for()
    tab.wait_for_timeout(300)
    stored = Visit.objects.get(pk=note.pk)
    assert (len(answers), stored.is_signed, stored.subjective) == (1, False, "Theirs: better")
    forgive(tab, "status of 409")
