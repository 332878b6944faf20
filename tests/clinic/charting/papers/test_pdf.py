"""The papers as PDF, read back: the text is there, of one patient only, and nothing is fetched from anywhere."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from pypdf import PdfReader

from clinic.audit.models import AuditEvent
from clinic.charting.models import Episode, SegmentFinding
from clinic.charting.papers import pdf
from patients.models import Allergy, Condition, Medication
from tests import make
from tests.make import MONDAY

pytest.importorskip("weasyprint")
PAST = MONDAY - timedelta(weeks=52)


@pytest.fixture
def doctor(client, carlos):
    client.force_login(carlos)
    return client


@pytest.fixture
def visit(ana, carlos):
    made = make.visit(ana, carlos.practitioner, visited_at=PAST, subjective="stabbingly")
    SegmentFinding.objects.create(visit=made, segment="L4", side="R", pain=3)
    return made


def asked(client, kind, row):
    return client.get(reverse("admin:charting_paper_pdf", args=[kind, row.pk]))


def read(client, kind, row):
    return PdfReader(io.BytesIO(asked(client, kind, row).content))


def text_of(reader):
    return "\n".join(page.extract_text() for page in reader.pages)


def test_a_note_is_a_pdf_with_its_text_letterhead_and_page_number(doctor, visit):
    reader = read(doctor, "note", visit)
    text = text_of(reader)
    for words in ("Harbour Street Chiropractic", "12 Harbour Street", "Ana Sørensen", "stabbingly", "DRAFT", "1 / 1"):
        assert words in text
    assert len(reader.pages) == 1


def test_the_metadata_and_the_name_of_the_file_hold_the_chart_number_and_no_name(doctor, ana, visit):
    answer = asked(doctor, "note", visit)
    number = ana.chart_number
    assert answer["Content-Disposition"] == f'attachment; filename="note-{number}-{visit.pk}.pdf"'
    told = PdfReader(io.BytesIO(answer.content)).metadata
    assert (told.title, told.author) == (f"Visit note {number}", "Harbour Street Chiropractic")
    assert [value for value in told.values() if "Ana" in str(value) or "rensen" in str(value)] == []


def test_a_pdf_is_kept_by_no_cache_and_runs_nothing(doctor, ana):
    answer = asked(doctor, "summary", ana)
    assert (answer["Cache-Control"], answer["Content-Security-Policy"], answer["Content-Type"]) == (
        "no-store, private", "default-src 'none'; sandbox", "application/pdf",
    )  # fmt: skip


def test_a_pdf_that_was_drawn_is_written_down(doctor, ana, carlos):
    asked(doctor, "summary", ana)
    event = AuditEvent.objects.get(action="document.printed")
    assert (event.patient_id, event.actor_id, event.details) == (
        ana.pk, carlos.pk, {"kind": "summary", "form": "pdf"},
    )  # fmt: skip


def test_two_patients_are_never_mixed(doctor, ana, ben, visit, carlos):
    make.visit(ben, carlos.practitioner, visited_at=PAST, subjective="Bensubject")
    make.condition(ben, "osteoporosis", label="Benbone")
    make.condition(ana, "osteoporosis", label="Anabone")
    of_ana, of_ben = (text_of(read(doctor, "summary", one)) for one in (ana, ben))
    assert ("Anabone" in of_ana, "Benbone" in of_ana, "Whitcombe" in of_ana) == (True, False, False)
    assert ("Benbone" in of_ben, "Anabone" in of_ben, "Sørensen" in of_ben) == (True, False, False)


def test_a_hostile_name_is_text(doctor, ana):
    ana.given_name, ana.family_name = "<script>go()</script>", "مريم 🦴 " + "Long" * 18
    ana.save()
    text = text_of(read(doctor, "summary", ana))
    letters = "".join(one for one in text if one.isprintable() and not one.isspace())  # spaces are the reader's guess
    assert ("<script>go()</script>" in letters, "LongLong" in letters, "م" in letters) == (True, True, True)


@pytest.mark.parametrize("country", ["US", "DE"])
def test_the_sheet_has_the_size_of_the_country(doctor, ana, country):
    place = make.location()
    place.country = country
    place.save()
    box = read(doctor, "summary", ana).pages[0].mediabox
    wanted = {"US": (612, 792), "DE": (595, 842)}[country]  # points: 8.5 x 11 in, 210 x 297 mm
    assert (round(float(box.width)), round(float(box.height))) == wanted


def test_a_summary_is_two_sheets_at_most_whatever_the_history(doctor, ana, carlos):
    long = "word " * 40
    for model in (Condition, Medication, Allergy):
        model.objects.bulk_create(model(patient=ana, label=f"{n:02} {long}") for n in range(40))
    Episode.objects.bulk_create(Episode(patient=ana, complaint=f"{n:02} {long}"[:200]) for n in range(30))
    for number in range(30):
        make.visit(ana, carlos.practitioner, episode=Episode.objects.first(), visited_at=PAST + timedelta(days=number))
    reader = read(doctor, "summary", ana)
    assert len(reader.pages) == 2
    assert "2 / 2" in text_of(reader)


def test_each_sheet_of_a_long_letter_names_the_patient(doctor, ana, carlos):
    letter = make.letter(ana, carlos, body="A long paragraph about the back.\n\n" * 120)
    pages = [page.extract_text() for page in read(doctor, "letter", letter).pages]
    assert len(pages) > 2
    assert [number for number, text in enumerate(pages) if "Ana Sørensen, 14 Mar 1965" not in text] == []


# --- nothing from outside


@pytest.mark.parametrize(
    "address", ["https://example.org/x.png", "file:///etc/passwd", "data:image/png;base64,AA", "/static/css/shell.css"]
)
def test_nothing_is_fetched(address):
    with pytest.raises(ValueError, match=r"disallowed protocol|Not an absolute"):
        pdf.closed_door().fetch(address)


def test_a_page_that_names_a_file_is_drawn_without_it(tmp_path):
    secret = tmp_path / "secret.css"
    secret.write_text("body::before { content: 'leakingly' }")
    html = f'<html lang="en"><title>x</title><link rel="stylesheet" href="file://{secret}"><p>plainly</p></html>'
    text = text_of(PdfReader(io.BytesIO(pdf.drawn(html))))
    assert ("plainly" in text, "leakingly" in text) == (True, False)


def test_without_the_package_the_page_offers_the_browsers_print(doctor, ana, monkeypatch):
    def missing(_html):
        raise pdf.NotInstalled

    monkeypatch.setattr(pdf, "drawn", missing)
    monkeypatch.setattr(pdf, "is_installed", lambda: False)
    answer = asked(doctor, "summary", ana)
    page = reverse("admin:charting_paper", args=["summary", ana.pk])
    assert (answer.status_code, answer["Location"]) == (302, page)
    text = doctor.get(page).content.decode()
    assert ("does not draw PDF files" in text, f'href="{page}pdf/"' in text) == (True, False)


def test_a_missing_drawing_library_of_the_system_is_told_as_missing(monkeypatch):
    import builtins

    real = builtins.__import__

    def broken(name, *args, **kwargs):
        if name == "weasyprint":
            raise OSError("cannot load library 'pango'")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", broken)
    with pytest.raises(pdf.NotInstalled):
        pdf.drawn("<p>x</p>")
