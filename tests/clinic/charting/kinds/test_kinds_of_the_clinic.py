"""A clinic adds a kind of treatment without code, charts it, signs it; shipped kinds keep their structure."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.charting import notes, safety
from clinic.charting.contraindications import before_thrust
from clinic.charting.kinds import kind_changes, kind_definitions, parameters, treating
from clinic.charting.kinds.kind_definitions import Setting
from clinic.charting.models import TreatmentApplied, TreatmentKind
from patients.models import Alert
from tests import make

ADD = "admin:charting_treatmentkind_add"
CUPS = Setting("Cups", "integer", lowest=1, highest=12, is_soft=True, is_required=True)
METHOD = Setting("Method", "choice", choices=("static", "gliding"))
MUSCLES = Setting("Muscles", "multi_muscle", is_required=True)
EMPTY = {"name": "", "label": "", "type": "number", "unit": "", "lowest": "", "highest": "", "choices": ""}


def sent(*rows, initial=0, **fields):
    """What a browser sends for a kind with these rows, and the empty ones below them."""
    every = [*rows, *[{}] * 3]
    data = {"s-TOTAL_FORMS": len(every), "s-INITIAL_FORMS": initial, "s-MIN_NUM_FORMS": 0, "s-MAX_NUM_FORMS": 24}
    for place, row in enumerate(every):
        data |= {f"s-{place}-{name}": value for name, value in {**EMPTY, **row}.items()}
    plain = {"label": "Cupping", "icon": "hand", "attendance": "one_to_one", "is_timed": "on", "order": "500"}
    return {**data, **plain, "stands_under": "massage", "is_active": "on", **fields}


CUPPING = (
    {"label": "Cups", "type": "integer", "lowest": "1", "highest": "12", "is_soft": "on", "is_required": "on"},
    {"label": "Pressure", "type": "number", "unit": "kPa", "lowest": "5", "highest": "40", "is_soft": "on"},
    {"label": "Method", "type": "choice", "choices": "static, gliding"},
    {"label": "Muscles", "type": "multi_muscle", "is_required": "on"},
)


@pytest.fixture
def olgas(client, olga):
    client.force_login(olga)
    return client


@pytest.fixture
def cupping(olga):
    return kind_changes.add(
        by=olga,
        label="Cupping",
        is_timed=True,
        attendance="one_to_one",
        order=500,
        stands_under="massage",
        settings=[CUPS, METHOD, MUSCLES],
    )


def names(kind):
    return [parameter["name"] for parameter in kind.definition["parameters"]]


# --- from the admin to the signed note


def test_a_kind_added_in_the_admin_is_charted_warns_and_is_signed(olgas, client, carlos, ana):
    assert olgas.post(reverse(ADD), sent(*CUPPING)).status_code == 302
    visit = make.visit(ana, carlos.practitioner, subjective="Tight", change="same")
    client.force_login(carlos)
    card = reverse("admin:charting_visit_change", args=[visit.pk])
    assert client.get(card + "?kind=cupping").content.decode().count("usual 1 to 12") == 1
    texts = {name: getattr(visit, name) or "" for name in notes.FIELDS if name != "purpose"}
    row = {"open_kind": "cupping", "t-cups": "20", "t-pressure": "15", "t-method": "gliding", "t-minutes": "8"}
    row |= {"t-muscles": ["trapezius_upper"], "t-side": "left"}
    refused = client.post(card, {"version": 1, **texts, "do": "add_treatment", **row})
    assert refused.status_code == 422
    assert refused.context["card"].treatment.errors["cups"] == ["Cups 20: usual is 1 to 12."]
    row["t-deviation_reason"] = "Small cups"
    assert client.post(card, {"version": 1, **texts, "do": "add_treatment", **row}).status_code == 302
    visit.refresh_from_db()
    signed = notes.sign(visit, version=visit.version, by=carlos)
    shown = client.get(card).content.decode()
    assert shown.count("<b>Cupping</b> neck (cervical), L, cups 20, pressure 15 kPa, gliding, 8 min") == 1
    stored = TreatmentApplied.objects.get(visit=signed)
    assert (stored.regions, stored.side, stored.minutes) == (["cervical"], "L", 8)


def test_its_definition_has_the_structure_of_the_shipped_ones(olgas):
    olgas.post(reverse(ADD), sent(*CUPPING))
    made = TreatmentKind.objects.get(slug="cupping")
    assert (made.is_own, made.label, made.is_timed, made.attendance) == (True, "Cupping", True, "one_to_one")
    assert names(made) == ["cups", "pressure", "method", "muscles"]
    shipped = parameters.read_kinds()["massage"]["parameters"][0].keys()
    assert [p.keys() for p in made.definition["parameters"]] == [shipped] * 4
    pressure = {"name": "pressure", "label": "Pressure", "type": "number", "unit": "kPa", "min": 5.0, "max": 40.0}
    pressure |= {"soft": True, "choices": [], "required": False, "default": None, "help": "", "src": "own"}
    assert made.definition["parameters"][1] == {**pressure, "copy_on_same_as_last": True}


def test_it_is_kept_with_its_author_and_told_to_the_log(olgas, olga):
    olgas.post(reverse(ADD), sent(*CUPPING, because="We bought cups"))
    [version] = TreatmentKind.objects.get(slug="cupping").history.all()
    assert (version.history_user, version.history_change_reason) == (olga, "We bought cups")
    assert AuditEvent.objects.filter(action="treatment_kind.added", actor_id=olga.pk).count() == 1


# --- what is refused


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"label": "", "unit": "kPa"}, "label"),
        ({"label": "Cups", "lowest": "12", "highest": "1"}, "highest"),
        ({"label": "Cups", "type": "integer", "lowest": "1.5"}, "lowest"),
        ({"label": "Cups", "is_soft": "on"}, "is_soft"),
        ({"label": "Cups", "lowest": "nan"}, "lowest"),
        ({"label": "Cups", "lowest": "many"}, "lowest"),
        ({"label": "Method", "type": "choice"}, "choices"),
        ({"label": "Method", "type": "choice", "choices": "one, one"}, "choices"),
        ({"label": "Words", "type": "text", "lowest": "1"}, "lowest"),
        ({"label": "Words", "type": "text", "unit": "kg"}, "unit"),
        ({"label": "Words", "choices": "a, b"}, "choices"),
        ({"label": "Response"}, "label"),
        ({"label": "Device"}, "label"),
        ({"label": "杯"}, "label"),
        ({"label": "Minutes", "type": "text"}, "type"),
        ({"label": "Cups", "type": "spell"}, "type"),
    ],
)
def test_a_setting_that_cannot_be_asked_is_refused_at_its_field_and_stays_typed(olgas, row, field):
    answer = olgas.post(reverse(ADD), sent(row))
    assert (answer.status_code, TreatmentKind.objects.filter(is_own=True).count()) == (422, 0)
    assert list(answer.context["rows"].forms[0].errors) == [field]
    assert answer.content.decode().count('value="Cupping"') == 1


def test_a_name_stands_once_among_the_settings(olgas):
    answer = olgas.post(reverse(ADD), sent({"label": "Cups"}, {"label": "cups "}))
    assert answer.context["rows"].forms[1].errors == {"label": ["There are two settings of this name."]}
    assert TreatmentKind.objects.filter(is_own=True).count() == 0


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"label": "Massage"}, {"label": ["There is a kind of this name."]}),
        ({"label": "mASSAGE"}, {"label": ["There is a kind of this name."]}),
        ({"stands_under": ""}, {"stands_under": ["This field is required."]}),
        (
            {"evidence_note": "Works"},
            {"source": ["Who says so? A note on the effect has its source."]},
        ),
    ],
)
def test_a_kind_needs_a_name_of_its_own_a_table_and_a_source_for_what_it_claims(olgas, fields, wrong):
    answer = olgas.post(reverse(ADD), sent(*CUPPING, **fields))
    assert (answer.status_code, answer.context["form"].errors) == (422, wrong)
    assert TreatmentKind.objects.filter(is_own=True).count() == 0


def test_a_page_whose_rows_were_cut_off_is_refused_and_no_error(olgas):
    data = {name: value for name, value in sent(*CUPPING).items() if not name.startswith("s-")}
    assert olgas.post(reverse(ADD), data).status_code == 422
    assert TreatmentKind.objects.filter(is_own=True).count() == 0


def test_a_therapist_reads_kinds_and_adds_none(client, tess, cupping):
    client.force_login(tess)
    assert client.get(reverse("admin:charting_treatmentkind_change", args=[cupping.pk])).status_code == 200
    assert client.post(reverse(ADD), sent(*CUPPING, label="Other cups")).status_code == 403
    assert client.post(reverse("admin:charting_treatmentkind_change", args=[cupping.pk]), sent()).status_code == 403
    with pytest.raises(PermissionDenied):
        kind_changes.add(by=tess, label="Other cups")
    assert TreatmentKind.objects.filter(is_own=True).count() == 1


def test_nothing_is_added_when_the_log_cannot_be_written(olga, monkeypatch):
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        kind_changes.add(by=olga, label="Cupping", order=500)
    assert TreatmentKind.objects.filter(is_own=True).count() == 0


# --- the rules it stands under


def test_a_kind_like_massage_is_checked_like_massage_and_one_like_none_is_not(olga, ana, cupping):
    make.condition(ana, "dvt")
    free = kind_changes.add(by=olga, label="Reading aloud", order=501)
    massage = safety.check(ana, make.treatment_kind("massage"), regions=["lower_limb"]).strictest
    assert massage == "A"
    assert safety.check(ana, cupping, regions=["lower_limb"]).strictest == massage
    assert safety.check(ana, free, regions=["lower_limb"]).strictest == ""


def test_a_red_flag_that_blocks_massage_blocks_what_is_like_massage(ana, cupping):
    flag = {"flag": "RF02", "level": "U", "points_to": "Clot", "staff_action": "Refer"}
    Alert.objects.create(patient=ana, blocks_treatments=["massage"], **flag)
    assert safety.check(ana, cupping, regions=["lumbar"]).strictest == "A"


def test_a_kind_like_a_thrust_is_a_thrust_in_every_use_of_it(olga, cupping):
    thrust = kind_changes.add(by=olga, label="Our thrust", order=501, stands_under="smt_hvla", settings=[METHOD])
    assert before_thrust.is_thrust(thrust, {"method": "static"}) is True
    assert before_thrust.is_thrust(cupping, {"method": "static"}) is False


def test_the_card_says_where_no_rule_speaks(client, carlos, olga, ana, cupping):
    kind_changes.add(by=olga, label="Reading aloud", order=501)
    visit = make.visit(ana, carlos.practitioner)
    client.force_login(carlos)
    card = reverse("admin:charting_visit_change", args=[visit.pk])
    told = [client.get(f"{card}?kind={slug}").content.decode().count("No rule speaks") for slug in NO_RULE]
    assert told == list(NO_RULE.values())


NO_RULE = {"reading_aloud": 1, "cupping": 0, "massage": 0}


# --- changing it


def rows_of(kind):
    return [kind_definitions.setting_of(parameter) for parameter in kind.definition["parameters"]]


def test_a_setting_keeps_name_type_and_unit_when_its_label_changes(olga, cupping):
    renamed = Setting("Number of cups", "text", unit="pcs", lowest=2, is_soft=True, name="cups")
    kind = kind_changes.change_own(
        cupping, by=olga, because="Clearer", settings=[renamed, METHOD, MUSCLES], stands_under="massage"
    )
    first = kind.definition["parameters"][0]
    assert [first[name] for name in ("name", "label", "type", "unit", "min", "max")] == [
        *("cups", "Number of cups", "integer", "", 2, None)
    ]


def test_a_new_setting_of_a_name_that_notes_know_otherwise_is_refused_at_its_field(olgas, olga, cupping):
    without = rows_of(cupping)[1:]
    kind_changes.change_own(cupping, by=olga, because="Too many", settings=without, stands_under="massage")
    url = reverse("admin:charting_treatmentkind_change", args=[cupping.pk])
    kept = [{"name": "method", "label": "Method", "type": "choice", "choices": "static, gliding"}]
    kept += [{"name": "muscles", "label": "Muscles", "type": "multi_muscle"}]
    answer = olgas.post(url, sent(*kept, {"label": "Cups", "type": "text"}, initial=2, because="Words instead"))
    assert answer.status_code == 422
    assert [form.errors for form in answer.context["rows"].forms if form.errors] == [
        {"label": ["Notes keep other values under this name. Choose another."]}
    ]
    assert cupping.history.count() == 2


def test_a_setting_taken_away_is_asked_no_more_and_stays_readable(client, carlos, olga, ana, cupping):
    visit = make.visit(ana, carlos.practitioner)
    values = {"cups": 4, "method": "static", "muscles": ["trapezius_upper"]}
    row = treating.apply(visit, kind=cupping, by=carlos, values=values)
    kind = kind_changes.change_own(
        cupping, by=olga, because="Not used", settings=rows_of(cupping)[:1], stands_under="massage"
    )
    client.force_login(carlos)
    shown = client.get(reverse("admin:charting_visit_change", args=[visit.pk]) + "?kind=cupping")
    assert "method" not in shown.context["card"].treatment.fields
    assert parameters.describe(kind.definition, row.parameters).startswith("cups 4, static")
    assert parameters.check(kind.definition, row.parameters).errors == {}


def test_the_page_changes_a_kind_and_shows_its_versions(olgas, cupping):
    url = reverse("admin:charting_treatmentkind_change", args=[cupping.pk])
    stored = [{"name": "cups", "label": "Cups", "type": "integer", "lowest": "2", "highest": "8", "is_soft": "on"}]
    stored += [{"name": "method", "label": "Method", "type": "choice", "choices": "static, gliding", "gone": "on"}]
    stored += [{"name": "muscles", "label": "Muscles", "type": "multi_muscle"}]
    assert olgas.post(url, sent(*stored, initial=3)).context["form"].errors == {"because": ["Say why it is changed."]}
    assert olgas.post(url, sent(*stored, initial=3, because="Fewer")).status_code == 302
    cupping.refresh_from_db()
    assert [(p["name"], p["min"], bool(p.get("is_retired"))) for p in cupping.definition["parameters"]] == [
        ("cups", 2.0, False),
        ("method", None, True),
        ("muscles", None, False),
    ]
    newest = olgas.get(url).context["versions"][0]
    assert (newest.because, newest.by) == ("Fewer", "Olga")
    assert newest.changes == [("settings", "Cups, Method, Muscles", "Cups, Muscles"), ("Cups", "1 – 12", "2.0 – 8.0")]


def test_saving_what_is_the_same_writes_nothing(olga, cupping):
    kind_changes.change_own(cupping, by=olga, settings=rows_of(cupping), stands_under="massage", label="Cupping")
    assert cupping.history.count() == 1
    with pytest.raises(kind_changes.ReasonMissing):
        kind_changes.change_own(cupping, by=olga, settings=rows_of(cupping), stands_under="heat")


# --- shipped kinds


def shipped_form(kind, **fields):
    """What a browser sends for a shipped kind as it stands, and what is typed over it."""
    data = {"label": kind.label, "order": kind.order, "evidence_note": kind.evidence_note, "source": kind.source}
    data |= {"is_active": "on"} if kind.is_active else {}
    for number, (_parameter, _place, entry) in enumerate(kind_changes.soft_places(kind.definition)):
        data |= {f"r-{number}-{end}": "" if entry.get(end) is None else entry[end] for end in ("min", "max")}
    return {**data, **fields}


def test_a_usual_range_of_a_shipped_kind_changes_with_a_reason_and_nothing_else_does(olgas, olga):
    kind = make.treatment_kind("ultrasound")
    url, before = reverse("admin:charting_treatmentkind_change", args=[kind.pk]), kind.definition
    refused = olgas.post(url, shipped_form(kind, **{"r-1-max": "0.8"}))
    assert refused.context["form"].errors == {"because": ["This field is required."]}
    sneaky = {"slug": "other", "definition": "{}", "is_own": "on", "attendance": "none"}
    answer = olgas.post(url, shipped_form(kind, because="Our protocol", **{"r-1-max": "0.8"}, **sneaky))
    assert answer.status_code == 302
    kind.refresh_from_db()
    acute = kind.definition["parameters"][1]["soft_ranges_when"][0]
    assert acute == {"when": "phase=='acute'", "min": 0.1, "max": 0.8, "src": "own"}
    acute |= {"max": 0.5, "src": "USF"}
    assert (kind.definition, kind.slug, kind.is_own, kind.attendance) == (before, "ultrasound", False, "constant")
    newest = kind.history.first()
    assert (newest.history_user, newest.history_change_reason) == (olga, "Our protocol")


def test_the_changed_range_warns_at_the_next_treatment(olga):
    kind = make.treatment_kind("ultrasound")
    kind_changes.adjust(kind, by=olga, because="Our protocol", ranges={("intensity", 0): (0.1, 0.8)})
    changed = make.treatment_kind("ultrasound").definition
    found = [parameters.check(changed, {"intensity": dose}, phase="acute", draft=True) for dose in (0.8, 0.9)]
    assert [check.deviations for check in found] == [
        {},
        {"intensity": "Intensity 0.9 W/cm²: usual is 0.1 to 0.8 W/cm²."},
    ]


def test_a_share_of_the_body_weight_stays_as_it_is_shipped(olga):
    kind = make.treatment_kind("traction")
    kind_changes.adjust(kind, by=olga, because="Try", ranges={("force", 1): (5, 6)}, label="Pull")
    force = make.treatment_kind("traction").definition["parameters"][1]
    assert force["soft_ranges_when"][1]["max"] == "0.5*body_weight_lb"


def test_a_range_that_is_not_soft_is_not_changed(olga):
    needling, ranges = make.treatment_kind("needling"), {("needles_in", None): (0, 9)}
    with pytest.raises(KeyError):
        kind_changes.adjust(needling, by=olga, because="x", ranges=ranges)
    with pytest.raises(ValueError, match="shipped"):
        kind_changes.change_own(make.treatment_kind("heat"), by=olga, because="x", settings=[])


@pytest.mark.parametrize(("ends", "field"), [(("3", "2"), "0-max"), (("-1", "2"), "0-min"), (("x", ""), "0-min")])
def test_a_range_that_makes_no_sense_is_named_at_its_field(olgas, ends, field):
    kind = make.treatment_kind("ultrasound")
    url = reverse("admin:charting_treatmentkind_change", args=[kind.pk])
    data = shipped_form(kind, because="x", **{"r-0-min": ends[0], "r-0-max": ends[1]})
    answer = olgas.post(url, data)
    assert (answer.status_code, list(answer.context["ranges"].errors)) == (422, [field])


def test_what_the_data_switches_off_is_off_and_other_asks_for_a_table_first(olgas):
    off = TreatmentKind.objects.filter(is_active=False).order_by("slug").values_list("slug", flat=True)
    assert list(off) == ["applied_kinesiology", "other"]
    kind = make.treatment_kind("other")
    url = reverse("admin:charting_treatmentkind_change", args=[kind.pk])
    refused = olgas.post(url, shipped_form(kind, because="Needed", is_active="on"))
    assert list(refused.context["form"].errors) == ["stands_under"]
    assert olgas.post(url, shipped_form(kind, because="Needed", is_active="on", stands_under="heat")).status_code == 302
    kind.refresh_from_db()
    assert (kind.is_active, kind.definition["contraindication_slugs"]) == (True, ["heat"])


@pytest.mark.parametrize("slug", sorted(parameters.read_kinds()))
def test_each_shipped_kind_opens_for_who_may_change_it(olgas, slug):
    url = reverse("admin:charting_treatmentkind_change", args=[make.treatment_kind(slug).pk])
    assert olgas.get(url).status_code == 200
