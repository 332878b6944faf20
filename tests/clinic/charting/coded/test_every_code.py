"""`load_icd10`: every billable code of an edition, as often as one likes, and nothing that the clinic chose is lost."""

import sys
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from clinic.charting.coded import code_rules, diagnosing, every_code
from clinic.charting.models import DiagnosisCode, FavouriteCode

pytestmark = pytest.mark.django_db

TREE = {  # code: (title, ancestors, excludes1)
    "13": ("Musculoskeletal", [], []),
    "M54": ("Dorsalgia", ["13"], ["psychogenic dorsalgia (F45.41)"]),
    "M54.5": ("Low back pain", ["M54", "13"], ["lumbago with sciatica (M54.4-)"]),
    "M54.50": ("Low back pain, unspecified, as the new edition says", ["M54.5", "M54", "13"], []),
    "M54.89": ("Other dorsalgia", ["M54", "13"], ["low back pain (M54.5-)", "injury - see elsewhere"]),
}


@pytest.fixture
def edition(monkeypatch):
    """A small edition in the place of the package."""
    leaves = ("M40-M54", "M54.50", "M54.89")  # the package calls a block without categories of its own a leaf
    package = SimpleNamespace(
        get_all_codes=lambda with_dots: ["M40-M54", *TREE, "M54.89"],
        is_leaf=lambda code: code in leaves,
        get_ancestors=lambda code: TREE[code][1],
        get_excludes1=lambda code: TREE[code][2],
        get_description=lambda code: TREE[code][0],
    )
    monkeypatch.setitem(sys.modules, every_code.MODULE, package)
    monkeypatch.setattr(every_code.metadata, "version", lambda name: "9.9")


def told():
    out = StringIO()
    call_command("load_icd10", stdout=out)
    return out.getvalue()


def test_only_billable_codes_come_in_with_what_they_and_their_headings_exclude(edition):
    before = DiagnosisCode.objects.count()
    assert told().splitlines()[0] == "2 billable codes are there."
    assert DiagnosisCode.objects.count() == before + 1
    new = DiagnosisCode.objects.get(code="M54.89")
    assert (new.title, new.group, new.is_picked) == ("Other dorsalgia", "chapter 13", False)
    assert new.excludes1 == [["M54.5-", "low back pain"], ["F45.41", "psychogenic dorsalgia"]]
    assert new.source == "ICD-10-CM, CDC, simple-icd-10-cm 9.9"


def test_a_code_of_the_pick_list_is_renewed_and_stays_on_the_list_and_a_favourite(edition, carlos):
    picked = DiagnosisCode.objects.get(code="M54.50")
    diagnosing.favour(picked, by=carlos)
    told()
    renewed = DiagnosisCode.objects.get(code="M54.50")
    assert renewed.title == "Low back pain, unspecified, as the new edition says"
    assert (renewed.is_picked, renewed.group) == (True, picked.group)
    assert FavouriteCode.objects.values_list("code", flat=True).get() == "M54.50"


def test_told_twice_it_changes_nothing(edition):
    told()
    first = list(DiagnosisCode.objects.order_by("code").values())
    told()
    assert list(DiagnosisCode.objects.order_by("code").values()) == first


def test_codes_that_the_edition_no_longer_has_are_kept_and_named(edition):
    assert "M62.830" in told()
    assert DiagnosisCode.objects.filter(code="M62.830").exists()


def test_loaded_codes_are_found_refused_and_kept_out_of_the_pick_list(edition):
    told()
    assert [row.code for row in diagnosing.found("M54.8")] == ["M54.81", "M54.89"]
    assert code_rules.clash(*(DiagnosisCode.objects.get(code=code) for code in ("M54.50", "M54.89")))
    assert "M54.89" not in DiagnosisCode.objects.picked().values_list("code", flat=True)


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, every_code.MODULE, None)
    with pytest.raises(CommandError, match="pip install"):
        call_command("load_icd10")


def test_a_load_that_breaks_leaves_the_codes_as_they_were(edition, monkeypatch):
    before = list(DiagnosisCode.objects.order_by("code").values())

    def rows_then_trouble(package, source):
        yield [every_code._row(package, "M54.89", source)]
        raise RuntimeError

    monkeypatch.setattr(every_code, "_batches", rows_then_trouble)
    with pytest.raises(RuntimeError):
        every_code.load()
    assert list(DiagnosisCode.objects.order_by("code").values()) == before
