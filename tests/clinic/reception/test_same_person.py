"""Proposing at the desk that two records are one person."""

import pytest

from patients import merging
from patients.models import Merge
from tests import make


@pytest.fixture
def anna(ana):
    return make.patient("Anna", "Sorensen")


def page_of(patient):
    return f"/desk/patients/{patient.pk}/same/"


def test_likely_records_stand_there_with_their_reasons_and_others_are_found(desk, ana, anna, ben):
    page = desk.get(page_of(ana), {"q": "whitcombe"})
    assert ([row.likeness.in_words for row in page.context["likely"]], page.context["hits"]) == (
        ["same birth date, name sounds or is spelled alike"],
        [ben],
    )
    assert [row.pk for row in page.context["likely"]] == [anna.pk]


@pytest.mark.parametrize(("keep", "kept"), [("this", "Ana"), ("other", "Anna")])
def test_a_proposal_says_which_record_is_kept_and_why(desk, rita, ana, anna, keep, kept):
    form = desk.get(page_of(ana), {"with": anna.pk}).context["form"]
    assert form.initial == {"keep": "this", "because": "same birth date, name sounds or is spelled alike"}
    answer = desk.post(page_of(ana), {"with": anna.pk, "keep": keep, "because": "same phone and face"})
    merge = Merge.objects.get()
    assert (answer["Location"], merge.kept.given_name) == (f"/desk/patients/{ana.pk}/", kept)
    assert (merge.proposed_by, merge.because, merge.decided_at) == (rita, "same phone and face", None)
    assert "wait to be reviewed" in desk.get(page_of(ana)).content.decode()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"keep": "this", "because": ""}, "because"),
        ({"keep": "", "because": "x"}, "keep"),
        ({"keep": "third", "because": "x"}, "keep"),
        ({"keep": "this", "because": "x" * 301}, "because"),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_is_lost(desk, ana, anna, sent, field):
    answer = desk.post(page_of(ana), {"with": anna.pk, **sent})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert (answer.context["form"]["because"].value(), Merge.objects.count()) == (sent["because"], 0)


def test_what_cannot_be_joined_is_told(desk, rita, ana, anna):
    merging.propose(kept=anna, absorbed=ana, because="x", by=rita)
    for other in (anna, ana):
        answer = desk.post(page_of(ana), {"with": other.pk, "keep": "this", "because": "x"})
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["__all__"])
    assert Merge.objects.count() == 1


@pytest.mark.parametrize("other", ["999999", "x", "-1", str(2**63)])
def test_an_unknown_other_record_is_not_found(desk, ana, other):
    assert desk.get(page_of(ana), {"with": other}).status_code == 404
    assert desk.post(page_of(ana), {"with": other, "keep": "this", "because": "x"}).status_code == 404


def test_a_joined_record_leads_to_the_kept_one_with_the_query(desk, ana):
    old = make.patient("Anna", merged_into=ana)
    for path, there in (
        (f"/desk/patients/{old.pk}/?from=card", f"/desk/patients/{ana.pk}/?from=card"),
        (f"/desk/?day=2027-03-01&p={old.pk}", f"/desk/?day=2027-03-01&p={ana.pk}"),
    ):
        answer = desk.get(path)
        assert (answer.status_code, answer["Location"]) == (302, there)
    sent = {"phone": "(503) 555-0133", "preferred_channel": "phone"}
    assert desk.post(f"/desk/patients/{old.pk}/contact/", sent)["Location"] == f"/desk/patients/{ana.pk}/"
    ana.refresh_from_db()
    old.refresh_from_db()
    assert (ana.phone, old.phone) == ("(503) 555-0133", "")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_takes_the_same_queries_for_any_number(desk, ana, rows, django_assert_num_queries):
    for _ in range(rows):
        make.patient("Anna", "Sorensen")
    with django_assert_num_queries(10):
        assert len(desk.get(page_of(ana)).context["likely"]) == rows
