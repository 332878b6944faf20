"""Self-care in the chart and on the portal: noted, suggested, given, read, ended; nobody else reads it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.charting.contraindications import risk_suggestions
from patients import risks, self_care
from patients.models import RiskFinding, SelfCareItem
from tests import make

pytestmark = pytest.mark.django_db
PORTAL, TAB = 9, 25  # queries of a page


def tab(patient):
    return patient.get_absolute_url() + "?tab=risks"


def press(client, patient, do, **fields):
    return client.post(tab(patient), {"do": do, **fields})


# --- deeds


def test_the_newest_finding_counts_and_the_earlier_ones_stay(ana, carlos):
    self_care.note_finding(ana, factor="hamstrings", answer="present", by=carlos)
    self_care.note_finding(ana, factor="hamstrings", answer="absent", by=carlos, note="85 degrees")
    newest = self_care.newest_findings(ana)["hamstrings"]
    assert (newest.answer, newest.note, RiskFinding.objects.count()) == ("absent", "85 degrees", 2)


@pytest.mark.parametrize(("factor", "answer"), [("horoscope", "present"), ("hamstrings", "maybe")])
def test_a_factor_or_a_finding_that_is_not_on_the_list_is_refused(ana, carlos, factor, answer):
    with pytest.raises(self_care.NotAFactor):
        self_care.note_finding(ana, factor=factor, answer=answer, by=carlos)
    assert RiskFinding.objects.count() == 0


@pytest.mark.parametrize("who", ["rita", "tess", "olga", "ana_user"])
def test_only_a_chiropractor_notes_risks_and_gives_self_care(request, ana, who):
    user = make.patient_with_account("Una").user if who == "ana_user" else request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        self_care.note_finding(ana, factor="hamstrings", answer="present", by=user)
    with pytest.raises(PermissionDenied):
        self_care.give(ana, text="Walk.", by=user)
    assert (RiskFinding.objects.count(), SelfCareItem.objects.count()) == (0, 0)


def test_an_item_is_given_once_and_again_only_after_it_ended(ana, carlos):
    first = self_care.give(ana, text="Rake with care.", slug="raking", because="Raking", by=carlos)
    with pytest.raises(self_care.GivenAlready):
        self_care.give(ana, text="Rake with care.", slug="raking", by=carlos)
    self_care.end(first, by=carlos)
    again = self_care.give(ana, text="Rake with care.", slug="raking", by=carlos)
    assert list(SelfCareItem.objects.of(ana).current()) == [again]


def test_the_database_refuses_the_same_item_twice(ana, carlos):
    row = {"patient": ana, "slug": "raking", "text": "x", "given_by": carlos}
    SelfCareItem.objects.create(**row)
    with pytest.raises(IntegrityError):
        SelfCareItem.objects.create(**row)


def test_words_are_needed_and_twelve_are_enough(ana, carlos):
    with pytest.raises(self_care.NothingToDo):
        self_care.give(ana, text="  ", by=carlos)
    for number in range(self_care.MOST_CURRENT):
        self_care.give(ana, text=f"Walk {number}.", by=carlos)
    with pytest.raises(self_care.TooMany):
        self_care.give(ana, text="One more.", by=carlos)
    assert SelfCareItem.objects.count() == self_care.MOST_CURRENT


def test_an_item_ends_once(ana, carlos):
    item = self_care.give(ana, text="Walk.", by=carlos)
    self_care.end(item, by=carlos)
    with pytest.raises(self_care.AlreadyEnded):
        self_care.end(item, by=carlos)


def test_giving_is_undone_when_the_log_cannot_be_written(ana, carlos, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("the log is full")

    monkeypatch.setattr(self_care, "record", broken)
    for deed in (
        lambda: self_care.give(ana, text="Walk.", by=carlos),
        lambda: self_care.note_finding(ana, factor="hamstrings", answer="present", by=carlos),
    ):
        with pytest.raises(RuntimeError):
            deed()
    assert (RiskFinding.objects.count(), SelfCareItem.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("code", "factor"),
    [
        ("pregnancy", "pregnancy"),
        ("diabetes", "diabetes"),
        ("thyroid_disorder", "nerve_liver_thyroid"),
        ("liver_disease", "nerve_liver_thyroid"),
        ("neuropathy", "nerve_liver_thyroid"),
    ],
)
def test_a_condition_on_the_problem_list_is_a_risk_until_it_is_over(ana, code, factor):
    row = make.condition(ana, code)

    def stands():
        facts, asked = self_care.facts_of(ana)
        return {one.factor.slug for one in risks.standing(facts, {}, was_asked=asked) if one.answer == "present"}

    assert stands() == {factor}
    row.resolved_on = row.recorded_at.date()
    row.save()
    assert stands() == set()


# --- the chart's tab


def test_the_tab_shows_what_stands_first_and_keeps_a_finding_in_one_press(client, ana, carlos):
    make.condition(ana, "diabetes")
    client.force_login(carlos)
    shown = client.get(tab(ana)).context["risk_rows"]
    assert (shown[0].factor.slug, len(shown)) == ("diabetes", 12)
    assert press(client, ana, "risk:hamstrings:present", **{"note-hamstrings": "60 degrees"}).status_code == 302
    newest = self_care.newest_findings(ana)["hamstrings"]
    assert (newest.answer, newest.note, newest.found_by) == ("present", "60 degrees", carlos)


def test_an_item_is_given_in_the_clinicians_words_and_ended_from_the_tab(client, ana, carlos):
    client.force_login(carlos)
    press(client, ana, "self_care:raking", **{"text-raking": "Rake for ten minutes.", "because-raking": "Raking"})
    item = SelfCareItem.objects.get()
    assert (item.text, item.slug, item.because, item.given_by) == ("Rake for ten minutes.", "raking", "Raking", carlos)
    press(client, ana, f"self_care_end:{item.pk}")
    item.refresh_from_db()
    assert item.ended_by == carlos
    assert [e.action for e in AuditEvent.objects.filter(action__startswith="self_care").order_by("pk")] == [
        "self_care.given",
        "self_care.ended",
    ]


@pytest.mark.parametrize(
    "do", ["risk:horoscope:present", "risk:", "self_care:", "self_care:raking", "risk:hamstrings:x"]
)
def test_a_press_that_cannot_be_is_told_and_keeps_nothing(client, ana, carlos, do):
    client.force_login(carlos)
    assert press(client, ana, do).status_code == 302
    assert (RiskFinding.objects.count(), SelfCareItem.objects.count()) == (0, 0)


def test_the_item_of_another_patient_is_not_found(client, ana, ben, carlos):
    item = self_care.give(ben, text="Walk.", by=carlos)
    client.force_login(carlos)
    assert press(client, ana, f"self_care_end:{item.pk}").status_code == 404
    item.refresh_from_db()
    assert item.ended_at is None


def test_a_therapist_reads_the_tab_and_is_offered_no_button(client, ana, carlos, tess):
    self_care.give(ana, text="Walk steadyingly.", by=carlos)
    client.force_login(tess)
    page = client.get(tab(ana)).content.decode()
    assert "Walk steadyingly." in page
    assert 'value="risk:' not in page
    assert 'value="self_care' not in page


def test_the_front_desk_sees_nothing_of_it(client, ana, carlos, rita):
    self_care.give(ana, text="Walk steadyingly.", because="Hamstringish", by=carlos)
    client.force_login(carlos)
    assert "steadyingly" in client.get(tab(ana)).content.decode()
    client.force_login(rita)
    for url in (tab(ana), reverse("desk:patient", args=[ana.pk])):
        page = client.get(url).content.decode()
        assert ("steadyingly" in page, "Hamstringish" in page) == (False, False)


def test_an_article_that_fits_is_given_with_the_risks_as_the_reason(client, ana, carlos):
    topic = make.topic("preventing-it")
    article = make.article("sitting-long", title="Sitting long")
    article.topics.add(topic)
    named, other = make.article("staying-active"), make.article("something-else")
    self_care.note_finding(ana, factor="posture", answer="present", by=carlos)
    client.force_login(carlos)
    give = reverse("admin:charting_give_article", args=[ana.pk])
    client.post(give, {"article": other.pk})
    assert [one for one, _why in risk_suggestions.articles_for(ana)] == [named, article]
    assert ana.assignments.count() == 0  # it stands on no shelf that fits
    client.post(give, {"article": article.pk})
    given = ana.assignments.get()
    assert (given.article, given.because) == (article, "It fits: Long or strained postures")
    client.post(give, {"article": article.pk})
    assert ana.assignments.count() == 1


# --- the portal


def test_the_patient_reads_what_is_current_with_the_reason(client, carlos):
    of = make.patient_with_account("Una")
    self_care.give(of, text="Rake for ten minutes.", because="Raking", by=carlos)
    self_care.end(self_care.give(of, text="Walk backwards.", by=carlos), by=carlos)
    client.force_login(of.user)
    page = client.get(reverse("portal:self_care")).content.decode()
    assert ("Rake for ten minutes." in page, "Because: Raking" in page, "Walk backwards." in page) == (
        True,
        True,
        False,
    )
    assert "Rake for ten minutes." in client.get(reverse("portal:home")).content.decode()


def test_nobody_reads_what_another_was_given(client, carlos):
    one, other = make.patient_with_account("Una"), make.patient_with_account("Ola")
    self_care.give(one, text="Walk steadyingly.", by=carlos)
    client.force_login(other.user)
    for url in (reverse("portal:self_care"), reverse("portal:home")):
        assert "steadyingly" not in client.get(url).content.decode()
    assert client.get(reverse("portal:self_care"), {"for": one.pk}).status_code == 404


def test_the_lists_words_are_said_in_spanish_and_a_clinicians_own_stay(client, carlos):
    of, item = make.patient_with_account("Una"), next(r for r in risks.read_self_care() if r.slug == "raking")
    self_care.give(of, text=item.text, slug="raking", because="Pregnancy", by=carlos)
    self_care.give(of, text="Rake less.", slug="mowing", by=carlos)
    client.force_login(of.user)
    page = client.get(reverse("portal:self_care"), headers={"accept-language": "es"}).content.decode()
    assert (item.text_es in page, item.text in page, "Rake less." in page, "Embarazo" in page) == (
        True,
        False,
        True,
        True,
    )


@pytest.mark.parametrize("count", [1, 3])
def test_the_portals_page_asks_as_much_for_three_items_as_for_one(client, carlos, count, django_assert_num_queries):
    of = make.patient_with_account("Una")
    for number in range(count):
        self_care.give(of, text=f"Walk {number}.", by=carlos)
    client.force_login(of.user)
    client.get(reverse("portal:self_care"))
    with django_assert_num_queries(PORTAL):
        client.get(reverse("portal:self_care"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_tab_asks_as_much_for_three_items_as_for_one(client, ana, carlos, count, django_assert_num_queries):
    for number in range(count):
        self_care.give(ana, text=f"Walk {number}.", by=carlos)
        self_care.note_finding(ana, factor=("hamstrings", "posture", "abdominals")[number], answer="present", by=carlos)
    client.force_login(carlos)
    client.get(tab(ana))
    with django_assert_num_queries(TAB + (connection.vendor == "postgresql")):  # the log takes a lock there
        client.get(tab(ana))
