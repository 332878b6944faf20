"""The safety vocabulary: its rows, and how codes and medicine names point at them."""

import csv

import pytest

from patients import vocabulary
from patients.vocabulary import BadVocabulary, by_icd10cm, by_medication, by_snomed, read_terms


def slugs(matches):
    return [match.term.slug for match in matches]


def test_the_vocabulary_holds_its_210_terms_in_file_order():
    with (vocabulary.DATA / "conditions.csv").open(newline="", encoding="utf-8") as lines:
        expected = [row["slug"] for row in csv.DictReader(lines)]
    assert (list(read_terms()), len(expected)) == (expected, 210)


def test_every_term_names_its_label_and_source():
    assert [term.slug for term in read_terms().values() if not (term.label and term.src)] == []


def test_states_are_read_from_the_note():
    states = {slug: read_terms()[slug].states for slug in ("osteoporosis", "pregnancy", "acute_injury", "psoriasis")}
    assert states == {
        "osteoporosis": {"severity": ("mild", "moderate", "severe")},
        "pregnancy": {"trimester": ("1", "2", "3"), "highrisk": ("yes", "no"), "status": ("possible", "yes")},
        "acute_injury": {"hours": ("number",)},
        "psoriasis": {},
    }


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("64859006", ["osteoporosis"]),
        (64859006, ["osteoporosis"]),
        (" 64859006 ", ["osteoporosis"]),
        ("443165006", ["pathological_fracture"]),
        ("6485900", []),
        ("648590061", []),
        ("16114001", ["fracture_recent"]),
        ("127013003", ["diabetes", "kidney_disease"]),
        ("278860009", []),
        ("", []),
    ],
)
def test_snomed_matches_exact_concepts_only(code, expected):
    assert slugs(by_snomed(code)) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("M81.0", ["osteoporosis"]),
        ("m810", ["osteoporosis"]),
        ("M80.08XA", ["osteoporosis", "pathological_fracture"]),
        ("M8", []),
        ("M85", []),
        ("M85.80", ["osteopenia"]),
        ("Z33.1", ["pregnancy"]),
        ("Z33.2", []),
        ("C50.911", ["malignancy_active"]),
        ("D68.51", []),
        ("D66", ["bleeding_disorder", "haemophilia"]),
        ("", []),
    ],
)
def test_icd10cm_matches_by_prefix(code, expected):
    assert slugs(by_icd10cm(code)) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("S22.000A", ["fracture_recent"]),
        ("S22.000G", ["fracture_recent"]),
        ("S22.0", ["fracture_recent"]),
        ("S22.000S", ["fracture_old"]),
        ("S13.4XXA", ["acute_injury"]),
        ("S13.4XXS", []),
        ("S13.0XXS", ["ligament_rupture"]),
        ("M80.08XS", ["osteoporosis", "pathological_fracture"]),
    ],
)
def test_injury_codes_are_read_with_their_seventh_character(code, expected):
    assert slugs(by_icd10cm(code)) == expected


@pytest.mark.parametrize(
    ("matches", "expected"),
    [
        (by_snomed("64859006"), False),
        (by_snomed("77386006"), True),
        (by_snomed("386661006"), True),
        (by_snomed("266987004"), True),
        (by_icd10cm("M85.80"), True),
        (by_icd10cm("Z95.0"), False),
        (by_icd10cm("S22.000S"), True),
        (by_medication("Warfarin 5 MG"), False),
        (by_medication("Diazepam 5 MG Oral Tablet"), True),
    ],
    ids=["disease", "state", "sign", "history", "suggestion", "device", "late effect", "medicine", "sleepy"],
)
def test_signs_states_histories_and_suggestions_only_prompt(matches, expected):
    assert [match.prompt_only for match in matches] == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Warfarin Sodium 5 MG Oral Tablet [Coumadin]", ["anticoagulant"]),
        ("ALENDRONIC   ACID 10 MG", ["bone_medicine"]),
        ("hydrochlorothiazide 25 mg / Aspirin 81 mg", ["antiplatelet", "diuretic_use"]),
        ("Heparinoid cream", []),
        ("prednisolone 5 mg tablet", ["long_term_steroid"]),
        ("hydrocortisone 1% cream", []),
        ("Dexamethasone eye drops", []),
        ("tacrolimus 0.1 % topical ointment", []),
        ("24 HR tacrolimus 1 MG Extended Release Oral Tablet", ["immune_suppression"]),
        ("fentanyl 25 mcg/h patch", ["opioid_use", "transdermal_patch"]),
        ("Fentanyl lozenge", ["opioid_use"]),
        ("Nitroglycerin 0.4 MG/ACTUAT Mucosal Spray", []),
        ("", []),
    ],
)
def test_medicines_match_whole_words_in_a_form_that_counts(text, expected):
    assert slugs(by_medication(text)) == expected


def test_a_match_tells_what_matched():
    assert (by_icd10cm("M81.0")[0].matched, by_medication("Aspirin 81 MG")[0].matched) == ("M81", "aspirin")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "Osteoporosis,disease,",
            "Osteoporosis,illness,",
            "osteoporosis, kind: 'illness' is not one of disease, state, device, medication, sign, history, allergy",
        ),
        ("\nosteopenia,", "\nosteoporosis,", "osteoporosis stands in the vocabulary twice"),
    ],
)
def test_a_bad_row_is_refused_by_name(tmp_path, old, new, message):
    text = (vocabulary.DATA / "conditions.csv").read_text(encoding="utf-8")
    path = tmp_path / "conditions.csv"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadVocabulary) as refused:
        read_terms(path)
    assert str(refused.value) == message
