"""The spine map in a real browser: by mouse, by touch and by keys each mark is one move, and nothing typed is lost."""

import pytest
from playwright.sync_api import expect

from clinic.accounts.roles import Role
from clinic.charting.findings import physical_tests
from clinic.charting.models import Visit
from tests import make
from tests.journeys.hearing import forgive

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def visit(site):
    carlos = make.user("carlos@example.org", Role.CHIROPRACTOR, display_name="Dr Carlos Vega")
    return make.visit(make.patient(), make.practitioner(carlos, name="Dr Carlos Vega"))


@pytest.fixture
def card(tab, site, sign_in, visit):
    """The open note of Carlos at 1440 x 900."""
    sign_in(tab, visit.practitioner.user)
    tab.set_viewport_size({"width": 1440, "height": 900})
    tab.goto(site + visit.get_absolute_url())
    return tab


def place(tab, segment, side):
    """Where a finger goes for this segment and side: (x, y) in the window."""
    box = tab.locator(f'a[data-segment="{segment}"] .hit').first.bounding_box()
    along = {"L": 54, "R": 182, "": 118}[side]
    return box["x"] + box["width"] * (along - 1) / 304, box["y"] + box["height"] / 2


def marks(tab):
    """The rows of the P.A.R.T. table, as they are read out."""
    return [" ".join(text.split()) for text in tab.locator("#findings .part tbody tr[id^=part] th").all_inner_texts()]


def found(visit):
    return [str(row) for row in visit.segment_findings.order_by("pk")]


def given(visit):
    return [row.segments for row in visit.treatments.all()]


def test_by_mouse_each_click_is_a_mark_and_what_is_typed_stays(card, visit):
    card.locator("#id_subjective").fill("Stiff since Sunday")
    before = card.evaluate("scrollY")
    card.mouse.click(*place(card, "L4", "R"))
    card.locator("#findings tr[id^=part] th", has_text="L4 R").wait_for()
    assert (found(visit), given(visit)) == (["L4 R"], [])
    card.mouse.click(*place(card, "L4", "R"))
    card.locator(".spine .mk-adj").wait_for()
    assert given(visit) == [["L4 R"]]
    card.mouse.click(*place(card, "T11", "L"))
    card.locator("#findings tr[id^=part] th", has_text="T11 L").wait_for()
    card.mouse.click(*place(card, "L4", "R"))
    card.locator(".spine .mk-adj").wait_for(state="detached")
    assert (found(visit), given(visit)) == (["T11 L"], [])
    assert card.locator("#id_subjective").input_value() == "Stiff since Sunday"
    assert card.evaluate("scrollY") == before
    assert card.evaluate("document.activeElement.dataset.segment") == "L4"
    visit.refresh_from_db()
    assert visit.subjective == "Stiff since Sunday"


def test_a_signature_waits_for_the_mark_that_is_under_way(card, visit):
    card.locator("#id_subjective").fill("Stiff since Sunday")
    answers = []
    card.route("**/visit/**", lambda route: answers.append((route, route.fetch())), times=1)
    card.mouse.click(*place(card, "L4", "R"))
    card.locator('button[name=do][value="sign"]').click()
    while not answers:
        card.wait_for_timeout(50)
    assert not Visit.objects.get(pk=visit.pk).is_signed
    route, answer = answers[0]
    route.fulfill(response=answer)
    card.get_by_text("Signed. The note of").wait_for()
    assert (found(visit), Visit.objects.get(pk=visit.pk).is_signed) == (["L4 R"], True)


def test_by_keys_the_map_is_one_stop_and_every_mark_one_key(card, visit):
    assert card.locator('.spine a[tabindex="0"]').count() == 1
    card.locator('.spine a[tabindex="0"]').focus()
    for _step in range(4):
        card.keyboard.press("ArrowDown")
    card.keyboard.press("r")
    assert card.locator("[data-aim]").inner_text() == "C4, right"
    card.keyboard.press(" ")
    card.locator("#findings tr[id^=part] th", has_text="C4 R").wait_for()
    card.keyboard.press("Enter")
    card.locator(".spine .mk-adj").wait_for()
    assert (found(visit), given(visit)) == (["C4 R"], [["C4 R"]])
    assert card.evaluate("document.activeElement.dataset.segment") == "C4"
    card.keyboard.press("Delete")
    card.locator(".spine .mk-adj").wait_for(state="detached")
    assert (found(visit), given(visit)) == ([], [])


def test_by_typing_several_marks_are_made_and_the_cursor_stays(card, visit):
    card.keyboard.press("g")
    card.keyboard.type("L4 R +, si l, knee r")
    card.keyboard.press("Enter")
    card.locator("#findings tr[id^=part] th", has_text="Knee R").wait_for()
    assert (found(visit), given(visit)) == (["L4 R", "SI L", "KN R"], [["L4 R"]])
    assert card.evaluate("document.activeElement.id") == "quick"
    card.keyboard.type("L9")
    card.keyboard.press("Enter")
    card.locator("#quick-e").wait_for()
    assert card.locator("#quick").input_value() == "L9"
    forgive(card, "status of 422")


def test_by_touch_a_tap_is_a_mark(browser, site, sign_in, visit):
    context = browser.new_context(has_touch=True, is_mobile=True, viewport={"width": 768, "height": 1024})
    tab = context.new_page()
    sign_in(tab, visit.practitioner.user)
    tab.goto(site + visit.get_absolute_url())
    tab.locator(".spine").scroll_into_view_if_needed()
    tab.touchscreen.tap(*place(tab, "L4", "L"))
    tab.locator("#findings tr[id^=part] th", has_text="L4 L").wait_for()
    tab.touchscreen.tap(*place(tab, "L4", "L"))
    tab.locator(".spine .mk-adj").wait_for()
    assert (found(visit), given(visit)) == (["L4 L"], [["L4 L"]])
    context.close()


def test_a_slash_opens_the_phrases_and_enter_puts_one_in(card):
    card.locator("#id_subjective").focus()
    card.keyboard.type("Sore. /sp")
    card.get_by_role("option").filter(has_text="/spasm").wait_for()
    card.keyboard.press("Enter")
    said = "Sore. Spasm … times this week, the longest … minutes."
    assert card.locator("#id_subjective").input_value() == said
    card.keyboard.type("7")  # the first blank was taken
    assert card.locator("#id_subjective").input_value() == said.replace("…", "7", 1)
    card.keyboard.press("End")
    card.keyboard.type(" and/or /")
    card.keyboard.press("Escape")
    assert card.get_by_role("listbox").count() == 0


def test_measuring_opens_in_its_place_and_reads_well(card, axe, visit):
    physical_tests.note_range(visit, region="lumbar", movement="flexion", degrees=40, by=visit.practitioner.user)
    card.reload()
    card.get_by_role("link", name="Measure").click()
    card.locator('[name="rom-lumbar-flexion"]').wait_for()
    card.locator('button[value="nerves_normal:legs"]').click()
    card.locator('#measuring select[name="nerve-reflex-S1-L"]').wait_for()
    expect(card.locator('[name="nerve-reflex-S1-L"]')).to_have_value("normal")
    assert (visit.nerve_tests.count(), visit.ranges_of_motion.get().degrees) == (28, 40)
    assert axe(card) == []
