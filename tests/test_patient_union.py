"""T101: whatever points at a patient is in the inventory and is read as one person's once records are joined."""

import ast
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from clinic.charting import safety
from clinic.charting.models import CarePlan, Visit
from clinic.outcomes.models import CheckIn
from clinic.outcomes.recording import pain_scores, record_pain
from clinic.portal import records
from clinic.reception import sheet, snapshot
from clinic.reports import today
from clinic.scheduling import availability, waitlist
from clinic.scheduling.models import Appointment, CalendarFeed, WaitlistEntry
from clinic.scheduling.placing import Wish, patient_is_elsewhere
from patients import chart_pages, chart_tabs, inventory, merging
from patients.models import (
    Alert,
    Allergy,
    Condition,
    Intake,
    Medication,
    Patient,
    Procedure,
    ProxyGrant,
    RiskFinding,
    SelfCareItem,
    StickyNote,
)
from tests import make
from tests.make import MONDAY
from tests.test_architecture import modules


def keys_to_patient():
    """Return {"app.model.field": model} of every foreign key that points at a patient."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            if field.concrete and field.related_model is Patient:
                found[f"{model._meta.label_lower}.{field.name}"] = model
    return found


# --- the inventory


def test_every_foreign_key_to_a_patient_is_in_the_inventory_and_nothing_else():
    assert set(inventory.INVENTORY) == set(keys_to_patient())


def test_each_line_of_the_inventory_says_what_becomes_of_the_rows():
    words = {inventory.DELETED, inventory.KEPT, inventory.EMPTIED}
    wrong = [name for name, held in inventory.INVENTORY.items() if held.erased not in words or not held.because]
    assert wrong == []


def test_a_table_is_read_as_one_exactly_if_the_inventory_says_so():
    reads = {name for name, model in keys_to_patient().items() if hasattr(model._default_manager.all(), "of")}
    assert reads == {name for name, held in inventory.INVENTORY.items() if held.read_as_one}


# --- every table, one row under each record


def intake(of):
    return Intake.objects.create(patient=of, version=1, questionnaire_version="1", submitted_at=MONDAY)


def by():
    return make.user("", "chiropractor")


def entry(of):
    return WaitlistEntry.objects.create(patient=of, kind=make.kind())


def plan(of):
    visit = make.visit(of)
    fields = {"episode": visit.episode, "patient": of}
    names = {field.name for field in CarePlan._meta.fields}
    asked = {"visit": visit, "made_by": visit.opened_by, "proposed_by": visit.opened_by, "created_by": visit.opened_by}
    return CarePlan.objects.create(**fields, **{name: value for name, value in asked.items() if name in names})


def check_in(of):
    return CheckIn.objects.create(patient=of, appointment=make.appointment(of), pain=4)


def feed(of):
    return CalendarFeed.objects.create(patient=of, token_hash=f"{of.pk:064d}")


PLANTED = {
    "patients.intake": intake,
    "patients.condition": make.condition,
    "patients.medication": lambda of: Medication.objects.create(patient=of, label="Ibuprofen"),
    "patients.allergy": lambda of: Allergy.objects.create(patient=of, label="Latex"),
    "patients.procedure": lambda of: Procedure.objects.create(patient=of, label="Fusion"),
    "patients.alert": lambda of: Alert.objects.create(
        patient=of, flag="RF01", level="U", points_to="Fracture", staff_action="X-ray"
    ),
    "patients.riskfinding": lambda of: RiskFinding.objects.create(
        patient=of, factor="dehydration", answer="present", found_by=by()
    ),
    "patients.selfcareitem": lambda of: SelfCareItem.objects.create(patient=of, text="Walk", given_by=by()),
    "patients.stickynote": lambda of: StickyNote.objects.create(patient=of, text="Parking", put_up_by=by()),
    "patients.consent": make.consent,
    "patients.document": make.document,
    "patients.coverage": make.coverage,
    "patients.calllog": lambda of: make.call(of, by()),
    "patients.task": make.task,
    "content.assignment": lambda of: make.assignment(of, make.article(f"article-{of.pk}")),
    "scheduling.appointment": make.appointment,
    "scheduling.series": lambda of: make.series(make.appointment(of)),
    "scheduling.waitlistentry": entry,
    "scheduling.calendarfeed": feed,
    "outcomes.response": lambda of: record_pain(of, 5, mode="visit"),
    "outcomes.checkin": check_in,
    "charting.episode": lambda of: make.visit(of).episode,
    "charting.visit": make.visit,
    "charting.careplan": plan,
    "charting.referral": make.letter,
    "charting.adverseevent": make.adverse_event,
}


@pytest.fixture
def anna(ana):
    """The record that is joined to Ana's."""
    return make.patient("Anna", "Lund", phone="(503) 555-0188")


@pytest.fixture
def join(ana, anna, olga):
    """Join the two, and hand back what takes them apart."""

    def joined():
        merge = merging.carry_out(merging.propose(kept=ana, absorbed=anna, because="one face", by=olga), by=olga)
        ana.refresh_from_db()
        anna.refresh_from_db()
        return lambda: merging.undo(merge, because="two people", by=olga)

    return joined


def test_something_is_planted_in_every_table_that_is_read_as_one():
    read = {name.rpartition(".")[0] for name, held in inventory.INVENTORY.items() if held.read_as_one}
    assert set(PLANTED) == read


@pytest.mark.parametrize("label", PLANTED)
def test_rows_of_both_records_are_read_from_either_and_from_each_alone_before_and_after(label, ana, anna, ben, join):
    rows, plant = apps.get_model(label).objects, PLANTED[label]
    own, other, _stranger = plant(ana), plant(anna), plant(ben)
    before = (set(rows.of(ana)), set(rows.of(anna)))
    apart = join()
    assert own in before[0] and other in before[1] and not before[0] & before[1]
    assert set(rows.of(ana)) == set(rows.of(anna)) == before[0] | before[1]
    assert set(rows.filter(patient=ana)) == before[0], "rows never move"
    apart()
    ana.refresh_from_db()
    anna.refresh_from_db()
    assert (set(rows.of(ana)), set(rows.of(anna))) == before


# --- the readers of many people at once, and of pages


def test_the_day_knows_of_a_person_what_stands_at_either_record(ana, anna, carlos, rita, join):
    make.visit(anna, carlos.practitioner, visited_at=MONDAY - timedelta(days=7))
    visit = make.appointment(ana, carlos.practitioner, MONDAY, kind=make.kind(slug="first", purpose="initial"))
    record_pain(anna, 7, mode="visit")
    make.condition(anna, "osteoporosis")
    intake(anna)
    zone = timezone.get_current_timezone()

    def shown():
        (row,) = today.rows(carlos, MONDAY.date(), zone)
        (card,) = sheet.cards_of([Appointment.objects.select_related("patient", "kind").get(pk=visit.pk)], MONDAY)
        return (
            row.appointment.last_visit is not None, row.scores, [c.text for c in row.cautions],
            card.has_alert, card.intake_missing,
        )  # fmt: skip

    apart_before = shown()
    apart = join()
    assert (apart_before, shown()) == (
        (False, [], [], False, True),
        (True, [7], ["Osteoporosis"], True, False),
    )
    apart()
    assert shown() == apart_before


def test_treatments_are_checked_against_what_stands_at_either_record(ana, anna, join):
    make.condition(anna, "osteoporosis")
    kind = make.treatment_kind("adjustment")

    def spoken():
        return {caution.rule for caution in safety.check(ana, kind, {}, regions=["thoracic"]).warnings}

    apart_before = spoken()
    apart = join()
    assert [fact.code for fact, _level in safety.banner(ana)] == ["osteoporosis"]
    assert {rule.rpartition(".")[2] for rule in spoken() - apart_before} == {"osteoporosis"}
    apart()
    ana.refresh_from_db()
    assert (spoken(), safety.banner(ana)) == (apart_before, [])


def test_pain_of_both_records_is_one_line(ana, anna, join):
    for of, score in ((ana, 3), (anna, 6)):
        record_pain(of, score, mode="visit", at=MONDAY + timedelta(days=score))
    join()
    assert pain_scores([ana]) == pain_scores([anna]) == {ana.pk: [3, 6]}


def test_a_person_is_in_one_place_whichever_record_was_booked(ana, anna, carlos, join):
    other = make.practitioner()
    make.appointment(anna, other, MONDAY)
    wish = Wish(carlos.practitioner, make.kind(), MONDAY, ana)
    asked = {"patient": ana, "now": MONDAY - timedelta(days=1)}

    def elsewhere():
        days = [MONDAY.date()]
        free = availability.free_times([carlos.practitioner], make.kind(), days, **asked)[carlos.practitioner.pk]
        return patient_is_elsewhere(wish), MONDAY not in free

    assert elsewhere() == (False, False)
    join()
    assert elsewhere() == (True, True)


def test_the_desk_sees_visits_intake_and_alert_of_both_records(ana, anna, carlos, rita, join):
    for of, days in ((ana, 1), (anna, 2)):
        make.appointment(of, carlos.practitioner, timezone.now() + timedelta(days=days))
    intake(anna)
    make.condition(anna, "osteoporosis")
    join()
    shown = snapshot.read(ana, user=rita)
    assert ([a.patient for a in shown.coming], shown.has_alert, shown.intake.patient) == ([ana, anna], True, anna)
    assert len(waitlist.coming(ana, timezone.now())) == 2


# What a tab shows of both records, counted; the others are told for what they are: pages about one person's whole.
NOT_COUNTED = {"intake", "risks", "consents", "outcomes", "audit"}
TABS = {
    "timeline": lambda page: len(page["entries"]),
    "plan": lambda page: len(page["current"]),
    "letters": lambda page: page["page"].paginator.count,
    "events": lambda page: len(page["events"]),
    "overview": lambda page: len(page["conditions"]) + len(page["alerts"]),
    "history": lambda page: sum(len(rows) for _name, _label, rows in page["facts"]),
    "visits": lambda page: page["page"].paginator.count,
    "documents": lambda page: page["page"].paginator.count,
    "alerts": lambda page: len(page["all_alerts"]),
}
TAB_ROWS = (
    *(f"patients.{name}" for name in ("condition", "medication", "allergy", "procedure", "alert", "document")),
    *("charting.careplan", "charting.referral", "charting.adverseevent"),
)


def test_no_tab_of_the_chart_is_forgotten():
    assert set(TABS) | NOT_COUNTED == {name for name, _label in chart_tabs.placed(chart_pages.TABS)}


def test_every_tab_of_the_chart_counts_both_records_and_each_alone_when_taken_apart(client, carlos, ana, anna, join):
    for of in (ana, anna):
        make.visit(of)
        for name in TAB_ROWS:
            PLANTED[name](of)
    client.force_login(carlos)

    def counted(patient):
        return {tab: count(client.get(patient.get_absolute_url(), {"tab": tab}).context) for tab, count in TABS.items()}

    alone = {"overview": 2, "history": 4, "visits": 2, "documents": 1, "alerts": 1}  # the plan has a visit of its own
    alone |= {"timeline": 9, "plan": 1, "letters": 1, "events": 1}
    assert (counted(ana), counted(anna)) == (alone, alone)
    apart = join()
    assert counted(ana) == {tab: 2 * n for tab, n in alone.items()}
    answer = client.get(anna.get_absolute_url(), {"tab": "visits", "page": "1"})
    assert (answer.status_code, answer["Location"]) == (302, f"{ana.get_absolute_url()}?tab=visits&page=1")
    apart()
    assert (counted(ana), counted(anna)) == (alone, alone)


def test_what_is_typed_on_the_page_of_a_joined_record_goes_to_the_kept_one(client, carlos, ana, anna, join):
    join()
    client.force_login(carlos)
    sent = {"do": "add:condition", "condition-label": "Gout", "condition-certainty": "confirmed"}
    client.post(anna.get_absolute_url(), sent)
    assert Condition.objects.get().patient == ana


# --- the portal


def numbers(user, person):
    return {
        "coming": len(records.coming(user, person)),
        "past": len(records.past(user, person)),
        "readings": len(records.readings(user, person)),
        "scores": len(records.pain_scores(user, person)),
        "histories": len(records.handed_in(user, person)),
    }


def test_the_portal_reads_both_records_as_one_own_record(client, ana, anna, carlos, join):
    for of in (ana, anna):
        make.appointment(of, carlos.practitioner, timezone.now() + timedelta(days=of.pk))
        make.appointment(of, carlos.practitioner, timezone.now() - timedelta(days=of.pk), status="done")
        make.assignment(of, make.article(f"article-{of.pk}"))
        record_pain(of, 5, mode="visit")
        intake(of)
        make.document(of, released_at=timezone.now(), released_by=carlos)
    join()
    assert set(numbers(ana.user, ana).values()) == {2}
    client.force_login(ana.user)
    assert client.get("/portal/documents/").content.decode().count("MRI") >= 2
    for path in ("/portal/", "/portal/visits/", "/portal/record/", "/portal/documents/", "/portal/reading/"):
        answer = client.get(path, {"for": anna.pk})
        assert (answer.status_code, answer["Location"]) == (302, f"{path}?for={ana.pk}")
        assert client.get(path).context["request"].portal.is_own


def test_an_account_whose_own_record_was_joined_opens_the_kept_one_as_its_own(client, ana, ben, olga):
    """Both accounts go on to work and see the whole record; neither is offered to switch to the other record."""
    merging.carry_out(merging.propose(kept=ana, absorbed=ben, because="x", by=olga), by=olga)
    for user in (ana.user, ben.user):
        client.force_login(user)
        portal = client.get("/portal/").context["request"].portal
        assert (portal.person, portal.is_own, portal.others) == (ana, True, [])


def test_a_grant_for_either_record_opens_the_person_once(client, ana, anna, ben, rita, join):
    ProxyGrant.objects.create(
        patient=anna, user=ben.user, relation="son", granted_by=rita, starts_on=date(2020, 1, 1), may_record=True
    )
    join()
    client.force_login(ben.user)
    portal = client.get("/portal/", {"for": ana.pk}).context["request"].portal
    assert (portal.person, portal.is_own, portal.grant.patient) == (ana, False, anna)
    assert [one.pk for one in client.get("/portal/").context["request"].portal.others] == [ana.pk]


# --- nobody asks past the union


ASKS = {"filter", "exclude", "get", "get_or_create", "update_or_create", "Q"}
OWNERS = {"patient", "patient_id", "patient__in", "patient_id__in"}
# Where the rows of one record, or of records named by the union itself, are meant. "module.function": why.
MEANT = {
    "clinic.charting.admin.get_search_results": "asks for found people and for records joined to them",
    "clinic.charting.course.readers_tab.context": "numbers of records, taken from the union",
    "clinic.charting.papers.letter_admin.get_search_results": "asks for found people and for records joined to them",
    "clinic.outcomes.recording.strike_pain_of_visit": "the score stands at the record of its visit",
    "clinic.messaging.outbox.withdraw_all": "numbers of records, which the caller takes from the union",
    "clinic.portal.persons.grant": "numbers of records, taken from the union",
    "clinic.portal.records.looks": "numbers of records, taken from the union",
    "clinic.reception.grants.revoke": "a grant is given for one record: those whose patients may be seen",
    "clinic.reception.grants.ending": "a grant is given for one record: those whose patients may be seen",
    "clinic.scheduling.availability._appointments": "numbers of records, taken from the union",
    "clinic.scheduling.farewell._lock": "records, taken from the union",
    "clinic.scheduling.freed._moved_away": "the log names the record a visit stands at",
    "content.assigning.assign": "has looked at the person's articles before it gives one",
    "patients.dying._end_sign_in": "records, taken from the union",
    "patients.dying._open_sign_in": "records, taken from the union",
    "patients.granting.follow_birth_date": "the birth date of one record was corrected",
    "patients.person_updates._refused": "the log names the record that was open",
    "patients.merge_view.counts": "the review counts what stands under each record",
    "patients.merge_view.warnings": "the review compares the two records",
    "patients.merge_view.overlaps": "the review compares the two records",
    "patients.admin.full_name": "names the records that were joined",
    "patients.indexing.index": "each record keeps its own words; a search answers the kept one",
}


def accessors():
    return {name for field in Patient._meta.related_objects if (name := field.get_accessor_name())}


def names_a_patient(node):
    return (getattr(node, "id", None) or getattr(node, "attr", None)) in ("patient", "person")


def is_allowed(value):
    """Is it None (rows of nobody), or the union itself?"""
    text = ast.unparse(value)
    return text == "None" or "records_of(" in text


def past_the_union(source, names):
    """Yield the functions in which rows are asked for by one record, or through a reverse name of a patient."""
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(function):
            called = isinstance(node, ast.Call) and (getattr(node.func, "attr", None) or getattr(node.func, "id", None))
            if called in ASKS and any(k.arg in OWNERS and not is_allowed(k.value) for k in node.keywords):
                yield function.name
            if isinstance(node, ast.Attribute) and node.attr in names and names_a_patient(node.value):
                yield function.name


def found_past_the_union():
    names = accessors()
    watched = [(name, source) for name, source in modules() if ".migrations." not in name]
    return {
        f"{name}.{function}"
        for name, source in watched
        if not name.startswith("clinic.demo")
        for function in past_the_union(source, names)
    }


def test_nobody_reads_the_rows_of_one_record_only():
    assert found_past_the_union() - set(MEANT) == set()


@pytest.mark.parametrize(
    "line",
    [
        "Visit.objects.filter(patient=patient)",
        "Visit.objects.exclude(patient_id=patient.pk)",
        "Alert.objects.open().filter(patient__in=patients)",
        "visit.patient.conditions.all()",
        "patient.appointments.count()",
    ],
)
def test_the_guard_catches_a_planted_reader(line):
    assert list(past_the_union(f"def read(patient):\n    return {line}", accessors())) == ["read"]


def test_the_guard_lets_a_missing_patient_and_the_union_pass():
    source = "def read(patient):\n    return Visit.objects.of(patient).exclude(patient=None), patient.pk"
    assert list(past_the_union(source, accessors())) == []


def test_no_stale_exception_is_kept():
    assert set(MEANT) - found_past_the_union() == set()


def test_visits_stay_byte_for_byte_as_they_were_signed(ana, anna, carlos, join):
    """The names in `Visit` are those of the record it was written in, whatever is joined later."""
    visit = make.visit(anna, carlos.practitioner)
    before = Visit.objects.filter(pk=visit.pk).values().get()
    apart = join()
    assert Visit.objects.filter(pk=visit.pk).values().get() == before
    apart()
    assert Visit.objects.filter(pk=visit.pk).values().get() == before
