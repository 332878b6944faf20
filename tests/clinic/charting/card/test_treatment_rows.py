"""The treatments on the card: carried over, changed on their row, put on from presets, or held back by a rule."""

import pytest

from clinic.audit.models import AuditEvent
from clinic.charting import notes
from clinic.charting.card import presets
from clinic.charting.kinds import treating
from clinic.charting.models import Preset, TreatmentApplied, TreatmentKind
from patients.models import Allergy
from tests import make


@pytest.fixture
def chart(client, carlos):
    client.force_login(carlos)
    return client


@pytest.fixture
def visit(carlos, ana):
    return make.visit(ana, carlos.practitioner)


@pytest.fixture
def last(carlos, ana, visit):
    """The visit before: an adjustment and an ultrasound."""
    made = make.visit(ana, carlos.practitioner, episode=visit.episode)
    made.visited_at = visit.visited_at - (visit.visited_at - visit.visited_at.replace(year=2020))
    made.save(update_fields=["visited_at"])
    adjusted = {"segments": ["L4 R"], "technique": "low_force"}
    treating.apply(made, kind=kind("adjustment"), by=carlos, segments=["L4 R"], values=adjusted, response="better")
    ultrasound(made, carlos)
    return made


def kind(slug):
    return make.treatment_kind(slug)


def ultrasound(visit, by, **fields):
    values = {"site": "low_back", "side": "right", "intensity": 1.0, "minutes": 8}
    told = {"regions": ["lumbar"], "side": "R", "minutes": 8, "values": values, **fields}
    return treating.apply(visit, kind=kind("ultrasound"), by=by, **told)


def press(chart, visit, do, **fields):
    visit.refresh_from_db()
    texts = {name: getattr(visit, name) or "" for name in notes.FIELDS if name != "purpose"}
    return chart.post(visit.get_absolute_url(), {"version": visit.version, "do": do, **texts, **fields})


def row_fields(row, **changed):
    """What the page sends for one row: what it showed, and what is typed over it."""
    told = {"where": "Low back, R", "minutes": "8", **changed}
    shown = {f"initial-row-{row.pk}-where": "Low back, R", f"initial-row-{row.pk}-minutes": "8"}
    return {**shown, **{f"row-{row.pk}-{name}": value for name, value in told.items()}}


def test_same_as_last_by_one_post_shows_carried_rows_and_all_rows_confirms_them(chart, last, visit):
    answer = press(chart, visit, "same_as_last")
    assert answer.url == f"{visit.get_absolute_url()}?waiting=same#treatments"
    page = chart.get(answer.url).content.decode()
    assert page.count("carried from the last visit, not confirmed") == 2
    assert page.count("2 carried rows wait for their response") == 1
    press(chart, visit, "save", **{"response-all": "same"})
    assert sorted(visit.treatments.values_list("is_carried", "response")) == [(False, "same"), (False, "same")]


def test_an_answer_of_its_own_goes_before_that_for_all_rows(chart, last, visit):
    press(chart, visit, "same_as_last")
    first, _second = visit.treatments.order_by("pk")
    press(chart, visit, "save", **{"response-all": "same", f"response-{first.pk}": "worse"})
    assert list(visit.treatments.order_by("pk").values_list("response", flat=True)) == ["worse", "same"]


def test_rows_that_were_not_done_are_taken_out_in_one_press(chart, carlos, last, visit):
    massage = treating.apply(visit, kind=kind("massage"), by=carlos, minutes=5)
    press(chart, visit, "same_as_last")
    assert visit.treatments.count() == 3
    press(chart, visit, "drop_carried")
    assert list(visit.treatments.values_list("pk", flat=True)) == [massage.pk]


def test_same_as_last_without_an_earlier_visit_says_so(chart, visit):
    answer = press(chart, visit, "same_as_last")
    assert (answer.status_code, answer.content.decode().count("There is no earlier visit to take over from.")) == (
        422,
        1,
    )


def test_minutes_and_place_are_changed_on_the_row(chart, carlos, visit):
    row = ultrasound(visit, carlos)
    press(chart, visit, "save", **row_fields(row, where="Neck, left", minutes="6"))
    kept = TreatmentApplied.objects.get()
    assert (kept.minutes, kept.regions, kept.side) == (6, ["cervical"], "L")
    assert (kept.parameters["site"], kept.parameters["side"], kept.parameters["minutes"]) == ("neck", "left", 6)


def test_a_row_that_became_another_meanwhile_is_not_set_back_by_an_older_page(chart, carlos, visit):
    row = ultrasound(visit, carlos)
    treating.change(row, by=carlos, minutes=5)
    press(chart, visit, "save", **row_fields(row, where="Low back, L"))
    kept = TreatmentApplied.objects.get()
    assert (kept.minutes, kept.side) == (5, "L")


def test_segments_are_typed_on_the_row_of_an_adjustment(chart, carlos, visit):
    row = treating.apply(
        visit, kind=kind("adjustment"), by=carlos, segments=["L4 R"], values={"technique": "low_force"}
    )
    press(chart, visit, "save", **{f"initial-row-{row.pk}-where": "L4 R", f"row-{row.pk}-where": "l4r, si l"})
    assert TreatmentApplied.objects.get().segments == ["L4 R", "SI L"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"where": "Lower attic, R"}, "Type a place of the list and a side, such as Low back, R."),
        ({"minutes": "400"}, "Ensure this value is less than or equal to 180."),
    ],
)
def test_what_cannot_be_kept_is_told_at_its_row_and_stays_typed(chart, carlos, visit, typed, told):
    row = ultrasound(visit, carlos)
    answer = press(chart, visit, "save", plan="Walk", **row_fields(row, **typed))
    page = answer.content.decode()
    assert (answer.status_code, page.count(told)) == (422, 1)
    ((_name, value),) = typed.items()
    assert page.count(f'value="{value}"') == 1
    visit.refresh_from_db()
    assert (visit.plan, TreatmentApplied.objects.get().minutes) == ("Walk", 8)


def test_unusual_minutes_are_kept_with_their_reason(chart, carlos, visit):
    values = {"site": "low_back", "heat_type": "moist_pack", "minutes": 15}
    row = treating.apply(visit, kind=kind("heat"), by=carlos, minutes=15, regions=["lumbar"], values=values)
    changed = {f"initial-row-{row.pk}-minutes": "15", f"row-{row.pk}-minutes": "35"}
    answer = press(chart, visit, "save", **changed)
    asked = "Keep it? Say why; the reason stays with the note."
    assert (answer.status_code, answer.content.decode().count(asked)) == (422, 1)
    press(chart, visit, "save", **changed, **{f"row-{row.pk}-deviation_reason": "Thick layers"})
    kept = TreatmentApplied.objects.get()
    assert (kept.minutes, kept.parameters["deviation_reason"]) == (35, "Thick layers")


def test_a_skin_check_is_one_tap_on_the_row(chart, carlos, visit):
    row = ultrasound(visit, carlos)
    press(chart, visit, "save", **row_fields(row, skin_pre="clear"))
    assert TreatmentApplied.objects.get().parameters["skin_pre"] == "clear"


def test_a_change_that_a_rule_warns_of_asks_for_its_reason_on_the_row(chart, carlos, ana, visit):
    row = treating.apply(visit, kind=kind("estim"), by=carlos, minutes=10, values={"mode": "ifc", "site": "low_back"})
    Allergy.objects.create(patient=ana, label="Adhesive pads", code="adhesive_allergy")
    changed = {f"initial-row-{row.pk}-minutes": "10", f"row-{row.pk}-minutes": "12"}
    answer = press(chart, visit, "save", **changed)
    assert (answer.status_code, answer.content.decode().count("Reason to go on</label>")) == (422, 1)
    assert TreatmentApplied.objects.get().minutes == 10
    press(chart, visit, f"row_seen:{row.pk}", **changed, **{f"row-{row.pk}-reason": "Skin-friendly pads"})
    kept = TreatmentApplied.objects.get()
    assert (kept.minutes, kept.override_reason) == (12, "Skin-friendly pads")


def test_a_row_that_may_not_be_changed_can_still_be_taken_out(chart, carlos, ana, visit):
    row = ultrasound(visit, carlos)
    make.condition(ana, "malignancy_active")
    assert press(chart, visit, "save", **row_fields(row, minutes="9")).status_code == 422
    assert press(chart, visit, f"withdraw:{row.pk}", **row_fields(row, minutes="9")).status_code == 302
    assert TreatmentApplied.objects.count() == 0


def test_what_is_absolute_today_stands_beside_the_note_and_cannot_be_put_on(chart, carlos, ana, last, visit):
    make.condition(ana, "malignancy_active")
    answer = press(chart, visit, "same_as_last")
    page = chart.get(answer.url).content.decode()
    assert page.count("left out") >= 1
    held = last.treatments.get(kind__slug="ultrasound")
    assert press(chart, visit, f"put_on:{held.pk}", waiting="same").status_code == 422
    assert visit.treatments.filter(kind__slug="ultrasound").count() == 0


def test_a_held_treatment_goes_on_with_a_typed_reason_and_not_without(chart, carlos, ana, last, visit):
    Allergy.objects.create(patient=ana, label="Adhesive pads", code="adhesive_allergy")
    values = {"mode": "ifc", "site": "low_back"}
    held = treating.apply(last, kind=kind("estim"), by=carlos, minutes=10, values=values, reason="Skin-friendly pads")
    press(chart, visit, "same_as_last")
    assert press(chart, visit, f"put_on:{held.pk}", waiting="same").status_code == 422
    press(chart, visit, f"put_on:{held.pk}", waiting="same", **{f"held-{held.pk}": "Other pads today"})
    assert visit.treatments.get(kind__slug="estim").override_reason == "Other pads today"


@pytest.mark.parametrize("waiting", ["same", "preset-999", "preset-x", "//evil.example", "same&kind=heat", "'"])
def test_a_tampered_name_of_a_set_shows_the_card_as_it_is(chart, visit, waiting):
    assert chart.get(visit.get_absolute_url(), {"waiting": waiting}).status_code == 200
    answer = press(chart, visit, "save", waiting=waiting)
    assert answer.url in (visit.get_absolute_url(), f"{visit.get_absolute_url()}?waiting={waiting}#treatments")
    assert "evil" not in answer.url


def test_the_therapist_changes_minutes_but_takes_nothing_over(client, tess, carlos, last, visit):
    row = ultrasound(visit, carlos)
    client.force_login(tess)
    press(client, visit, "save", **row_fields(row, minutes="6"))
    assert TreatmentApplied.objects.get(pk=row.pk).minutes == 6
    assert press(client, visit, "same_as_last").status_code == 403
    assert press(client, visit, "drop_carried").status_code == 403


def test_the_evidence_note_stays_on_the_row_of_what_guidelines_advise_against(chart, carlos, visit):
    ultrasound(visit, carlos)
    treating.apply(visit, kind=kind("exercise"), by=carlos, minutes=5)
    page = chart.get(visit.get_absolute_url()).content.decode()
    assert (page.count('href="#evidence-ultrasound"'), page.count('id="evidence-ultrasound"')) == (1, 1)
    assert page.count('href="#evidence-exercise"') == 0


# --- presets


def test_todays_treatments_become_a_preset_without_how_they_went(chart, carlos, visit):
    ultrasound(visit, carlos, response="better", values={"site": "low_back", "intensity": 1.0, "skin_pre": "clear"})
    press(chart, visit, "keep_preset", preset_name="Acute low back")
    preset = Preset.objects.get()
    assert (preset.name, preset.practitioner) == ("Acute low back", carlos.practitioner)
    assert preset.items == [
        {
            "kind": "ultrasound",
            "segments": [],
            "regions": ["lumbar"],
            "side": "R",
            "minutes": 8,
            "values": {"site": "low_back", "intensity": 1.0},
        }
    ]
    assert AuditEvent.objects.filter(action="preset.kept").count() == 1


@pytest.mark.parametrize(("name", "told"), [("", "Give it a name."), ("Flare", "You have a preset of this name.")])
def test_a_preset_needs_a_name_of_its_own(chart, carlos, visit, name, told):
    ultrasound(visit, carlos)
    Preset.objects.create(practitioner=carlos.practitioner, name="Flare")
    answer = press(chart, visit, "keep_preset", preset_name=name)
    assert (answer.status_code, answer.content.decode().count(told), Preset.objects.count()) == (422, 1, 1)


def test_a_preset_goes_on_the_note_in_one_press_each_item_checked(chart, carlos, ana, visit):
    items = [
        {"kind": "ultrasound", "regions": ["lumbar"], "minutes": 8, "values": {"site": "low_back"}},
        {"kind": "massage", "minutes": 10, "values": {"technique": "petrissage"}},
        {"kind": "gone", "minutes": 3},
    ]
    preset = Preset.objects.create(practitioner=carlos.practitioner, name="Acute low back", items=items)
    make.condition(ana, "malignancy_active")
    assert chart.get(visit.get_absolute_url()).content.decode().count("Acute low back") == 1
    answer = press(chart, visit, f"preset:{preset.pk}")
    assert list(visit.treatments.values_list("kind__slug", "is_carried", "response"))[-1:] in (
        [("massage", False, "")],
        [],
    )
    assert chart.get(answer.url).content.decode().count("left out") >= 1
    press(chart, visit, f"preset:{preset.pk}")
    assert visit.treatments.filter(kind__slug="massage").count() <= 1


def test_offered_are_ones_own_presets_and_the_clinics_nine_at_most(carlos, visit):
    other = make.practitioner(make.user("nora@example.org", "chiropractor"))
    Preset.objects.create(practitioner=other, name="Hers")
    Preset.objects.create(practitioner=carlos.practitioner, name="Off", is_active=False)
    Preset.objects.create(name="The clinic's", order=1)
    for n in range(10):
        Preset.objects.create(practitioner=carlos.practitioner, name=f"Mine {n}", order=2 + n)
    names = [preset.name for preset in presets.offered(carlos.practitioner)]
    assert names == ["The clinic's", *(f"Mine {n}" for n in range(8))]


def test_a_kind_that_is_off_is_left_out_of_a_preset(carlos):
    preset = Preset.objects.create(name="Heat first", items=[{"kind": "heat"}, {"kind": "massage"}])
    TreatmentKind.objects.filter(slug="heat").update(is_active=False)
    assert [use.kind.slug for use in presets.uses_of(preset)] == ["massage"]


# --- presets and phrases in the admin


def test_own_presets_are_renamed_those_of_the_clinic_only_by_its_admin(client, carlos, olga):
    mine = Preset.objects.create(practitioner=carlos.practitioner, name="Mine")
    clinics = Preset.objects.create(name="For all")
    other = Preset.objects.create(
        practitioner=make.practitioner(make.user("n@example.org", "chiropractor")), name="Hers"
    )
    sent = {"name": "Renamed", "is_active": "on", "order": "5"}
    address = "/admin/charting/preset/{}/change/"
    client.force_login(carlos)
    answers = [client.post(address.format(row.pk), sent).status_code for row in (mine, clinics, other)]
    assert answers == [302, 403, 404]
    client.force_login(olga)
    assert client.post(address.format(clinics.pk), {**sent, "practitioner": ""}).status_code == 302
    assert sorted(Preset.objects.values_list("name", flat=True)) == ["Hers", "Renamed", "Renamed"]
