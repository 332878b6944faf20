"""How somebody answers the health history on a phone: page by page, with a thumb."""

from tests.journeys.hearing import forgive

WORDS = {"date": "2026-01-05", "number": "2", "tel": "503 555 0123", "email": "greta@example.org"}
CALM = ("no", "same", "none", "not_tried", "lift", "never")
STORY = "Low back spasm since lifting"


def save(tab):
    """Press the button and wait until the server has answered and the page that follows stands there."""
    tab.get_by_role("button", name="Save and go on").click()
    tab.wait_for_function("() => document.readyState === 'complete' && !document.querySelector('form[aria-busy]')")


def answer_this_page(tab, **chosen):
    """Answer what stands on this page, until the next one opens: `chosen` by question, else "no" or a few words.

    Consents are left open, as somebody does who wants to talk first.
    """
    before = tab.url.partition("#")[0]
    for _again in range(4):  # an answer may ask for more, a summary of errors for what is missing
        _choose(tab, chosen)
        _write(tab, chosen)
        save(tab)
        if tab.url.partition("#")[0] != before:
            return
        fill_what_is_missing(tab)
        if tab.url.partition("#")[0] != before:
            return
    raise AssertionError(tab.locator("#errors").all_inner_texts())


def _choose(tab, chosen):
    shown = tab.locator('main input[type=radio][name^="q-"]')
    radios = shown.evaluate_all("all => all.map(one => [one.name, one.value])")
    for name in dict.fromkeys(name for name, _value in radios):
        values = [value for other, value in radios if other == name]
        wanted = chosen.get(name.removeprefix("q-"))
        calm = next((value for value in CALM if value in values), values[0])
        tab.locator(f'input[type=radio][name="{name}"][value="{wanted or calm}"]').check(force=True)
    for group in tab.locator("main fieldset:has(input[type=checkbox])").all():
        name = group.locator("input[type=checkbox]").first.get_attribute("name")
        wanted = chosen.get(name.removeprefix("q-"))
        if not wanted and group.locator("input[type=checkbox]:checked").count():
            continue
        calm = 'input[value="none"]' if group.locator('input[value="none"]').count() else "input[type=checkbox]"
        group.locator(f'input[value="{wanted}"]' if wanted else calm).first.check(force=True)


def _write(tab, chosen):
    for field in tab.locator("main input[required], main textarea[required]").all():
        kind, key = field.get_attribute("type") or "text", (field.get_attribute("name") or "").removeprefix("q-")
        if kind not in ("radio", "checkbox", "hidden") and field.is_visible() and not field.input_value():
            number = "2" if field.get_attribute("inputmode") == "decimal" else ""
            field.fill(chosen.get(key) or number or WORDS.get(kind, STORY))


def fill_what_is_missing(tab):
    """Go where the summary of errors leads, fill the field or the first lines of the list, save again."""
    for link in tab.locator("#errors a").all():
        place = tab.locator(f"[id='{link.get_attribute('href')[1:]}']")
        lines = place.locator("[data-rows]")
        least = int(lines.get_attribute("data-least") or 1) if lines.count() else 0
        inside = [cell for line in place.locator("[data-row]").all()[: max(least, 1)]
                  for cell in line.locator("input, select").all()]  # fmt: skip
        for field in inside or [place]:
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(index=3)
            elif field.evaluate("field => ['INPUT', 'TEXTAREA'].includes(field.tagName)"):
                field.fill("2" if field.get_attribute("inputmode") else "Maria Lindqvist")
    save(tab)
    forgive(tab, "status of 422")  # the browser itself reports the refused page's status 422
