"""Documents: what is accepted, what is refused in words, who sees which, and how a file leaves the house."""

import io
from datetime import UTC, datetime, timedelta

import pydyf
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from clinic.audit.models import AuditEvent
from patients import documents, uploads
from patients.bounded_upload import Bounded
from patients.models import Document
from patients.models.documents import LARGEST
from tests import make


def picture(form="JPEG", size=(40, 20), **saved):
    out = io.BytesIO()
    Image.new("RGB", size, "#336699").save(out, form, **saved)
    return out.getvalue()


def pdf_with(change):
    out, writer = io.BytesIO(), PdfWriter()
    writer.add_blank_page(200, 200)
    change(writer)
    writer.write(out)
    return out.getvalue()


def add(patient, by, data=None, **fields):
    return documents.add(
        patient, file=make.upload(data), by=by, **{"kind": "report", "title": "MRI low back", **fields}
    )


def kept(document):
    with document.file.open() as file:
        return file.read()


def on_disk(settings):
    return sorted(path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())


# --- what is accepted (T061-T063)


@pytest.mark.parametrize(
    ("form", "media_type", "ending"),
    [("JPEG", "image/jpeg", "jpg"), ("PNG", "image/png", "png"), ("WEBP", "image/webp", "webp")],
)
def test_a_picture_is_kept_by_what_it_is_whatever_it_is_called(ana, carlos, form, media_type, ending):
    """T061: the type comes from the content."""
    file = SimpleUploadedFile("virus.exe", picture(form), "application/x-msdownload")
    row = documents.add(ana, file=file, kind="imaging", title="X-ray", by=carlos)
    assert (row.media_type, row.file.name.rsplit(".", 1)[1]) == (media_type, ending)
    assert Image.open(io.BytesIO(kept(row))).size == (40, 20)


def test_a_picture_is_drawn_anew_without_where_and_with_what_it_was_taken(ana, carlos):
    exif = Image.Exif()
    exif[0x010F] = "Hidden camera maker"
    exif[0x0112] = 6  # lying on its side
    row = add(ana, carlos, picture(exif=exif) + b"<script>alert(1)</script>")
    drawn = Image.open(io.BytesIO(kept(row)))
    assert (drawn.size, dict(drawn.getexif())) == ((20, 40), {})
    assert b"Hidden" not in kept(row) and b"script" not in kept(row)


def test_a_plain_pdf_is_kept_byte_by_byte(ana, carlos):
    data = make.pdf()
    row = add(ana, carlos, data)
    assert (kept(row), row.size, row.media_type) == (data, len(data), "application/pdf")


ACTIVE = {
    "a script": lambda w: w.root_object.__setitem__(
        NameObject("/OpenAction"), DictionaryObject({NameObject("/S"): NameObject("/JavaScript")})
    ),
    "a file inside": lambda w: w.add_attachment("virus.exe", b"MZ"),
    "a program to start": lambda w: w.root_object.__setitem__(
        NameObject("/OpenAction"), DictionaryObject({NameObject("/S"): NameObject("/Launch")})
    ),
    "a script on a page": lambda w: w.pages[0].__setitem__(
        NameObject("/AA"),
        DictionaryObject({NameObject("/O"): DictionaryObject({NameObject("/JS"): TextStringObject("app.alert(1)")})}),
    ),
}


@pytest.mark.parametrize("what", ACTIVE)
def test_a_pdf_that_does_something_by_itself_is_refused(ana, carlos, settings, what):
    """T063."""
    with pytest.raises(uploads.NotAccepted, match="a program or another file"):
        add(ana, carlos, pdf_with(ACTIVE[what]))
    assert (Document.objects.count(), on_disk(settings)) == (0, [])


def test_what_is_hidden_in_a_packed_part_of_a_pdf_is_found_too(ana, carlos):
    """Objects may stand compressed inside others, where a search for words finds nothing."""
    packed = pydyf.PDF()
    packed.add_page(pydyf.Dictionary({"Type": "/Page", "Parent": packed.pages.reference, "MediaBox": "[0 0 9 9]"}))
    packed.add_object(pydyf.Dictionary({"S": "/JavaScript", "JS": pydyf.String("app.alert(1)")}))
    out = io.BytesIO()
    packed.write(out, version=b"1.7", compress=True)
    assert b"/JavaScript" not in out.getvalue()
    with pytest.raises(uploads.NotAccepted, match="a program or another file"):
        add(ana, carlos, out.getvalue())


REFUSED = {
    "empty": b"",
    "text": b"hello",
    "html": b"<html><script>alert(1)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "gif": picture("GIF"),
    "a cut picture": picture()[:200],
    "a cut pdf": make.pdf()[:60],
    "a pdf in name only": b"%PDF-1.7 nothing follows",
    "a zip": b"PK\x03\x04" + bytes(200),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_picture_and_no_pdf_is_refused_in_words(ana, carlos, settings, what):
    """T061."""
    with pytest.raises(uploads.NotAccepted):
        add(ana, carlos, REFUSED[what])
    assert on_disk(settings) == []


def test_a_locked_pdf_is_refused(ana, carlos):
    with pytest.raises(uploads.NotAccepted, match="password"):
        add(ana, carlos, pdf_with(lambda w: w.encrypt("secret", algorithm="RC4-128")))


def test_a_picture_of_more_than_25_million_points_is_refused_before_it_is_unpacked(ana, carlos):
    """T062: 26 million white points pack into some 30 kB."""
    data = picture("PNG", (6500, 4000), optimize=False)
    assert len(data) < 200_000
    with pytest.raises(uploads.NotAccepted, match="25 million"):
        add(ana, carlos, data)


def test_a_file_of_more_than_ten_megabytes_is_refused(ana, carlos):
    with pytest.raises(uploads.NotAccepted, match="10 MB"):
        add(ana, carlos, make.pdf() + bytes(LARGEST))


def test_what_arrives_beyond_the_largest_size_is_dropped_while_it_arrives():
    first, memory = Bounded(), MemoryFileUploadHandler()
    passed = [first.receive_data_chunk(b"x" * 65536, start) for start in range(0, LARGEST * 3, 65536)]
    assert sum(len(chunk) for chunk in passed if chunk) <= LARGEST + 65536
    assert (first.file_complete(LARGEST * 3), memory.chunk_size) == (None, 65536)


# --- the deeds


def test_an_added_document_is_in_the_log_and_not_yet_the_patients(ana, carlos):
    row = add(ana, carlos)
    event = AuditEvent.objects.get(action="document.added")
    assert (event.object_id, event.patient_id, event.details) == (
        str(row.pk), ana.pk, {"kind": "report", "by_patient": False})  # fmt: skip
    assert not Document.objects.for_own(ana.user).exists()


def test_a_document_whose_row_cannot_be_written_leaves_no_file(ana, carlos, settings, monkeypatch):
    """F15, F17."""
    monkeypatch.setattr(documents, "record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        add(ana, carlos)
    assert (Document.objects.count(), on_disk(settings)) == (0, [])


@pytest.mark.parametrize("who", ["tess", "olga", "ivan", "ana"])
def test_who_may_not_add_documents_does_not(ana, request, who):
    with pytest.raises(PermissionDenied):
        add(ana, request.getfixturevalue(who) if who != "ana" else ana.user)


def test_a_released_document_is_seen_by_the_patient_and_by_no_other(ana, ben, carlos):
    row = documents.release(add(ana, carlos), by=carlos)
    assert list(Document.objects.for_own(ana.user)) == [row]
    assert list(Document.objects.for_own(ben.user)) == []
    documents.release(row, by=carlos)
    assert AuditEvent.objects.filter(action="document.released").count() == 1


def test_a_document_filed_in_error_stays_and_is_no_longer_the_patients(ana, carlos):
    row = documents.enter_in_error(documents.release(add(ana, carlos), by=carlos), by=carlos)
    assert (list(Document.objects.for_own(ana.user)), Document.objects.count()) == ([], 1)
    with pytest.raises(documents.AlreadyMarked):
        documents.enter_in_error(row, by=carlos)


@pytest.mark.parametrize("deed", [documents.release, documents.enter_in_error])
def test_the_desk_files_blindly_it_releases_and_strikes_nothing(ana, rita, deed):
    row = add(ana, rita)
    with pytest.raises(PermissionDenied):
        deed(row, by=rita)


def test_patients_send_their_own_and_see_them_at_once(ana, ben):
    row = documents.send(ana, file=make.upload(), kind="imaging", title="X-ray", by=ana.user)
    assert (row.by_patient, list(Document.objects.for_own(ana.user))) == (True, [row])
    with pytest.raises(documents.NotYours):
        documents.send(ana, file=make.upload(), kind="imaging", title="X-ray", by=ben.user)


@pytest.mark.parametrize(
    "broken",
    [
        {"size": 0},
        {"size": LARGEST + 1},
        {"media_type": "text/html"},
        {"released_at": datetime(2027, 1, 1, tzinfo=UTC)},
    ],
)
def test_the_database_keeps_what_a_document_is(ana, carlos, broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        make.document(ana, carlos, **broken)


# --- how it leaves the house


def test_a_file_leaves_as_a_download_that_can_run_nothing_under_a_harmless_name(client, ana, carlos):
    """T052, T060, T064."""
    row = documents.add(
        ana, file=make.upload(name='../../"evil\r\nX: y.pdf'), kind="report", title="<b>MRI</b>", by=carlos
    )
    client.force_login(carlos)
    answer = client.get(reverse("admin:patients_document_file", args=[row.pk]))
    assert b"".join(answer.streaming_content) == kept(row)
    assert {name: answer[name] for name in ("Content-Disposition", "X-Content-Type-Options", "Cache-Control")} == {
        "Content-Disposition": f'attachment; filename="document-{row.pk}.pdf"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store, private",
    }
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "evil" not in row.file.name and ".." not in row.file.name
    assert AuditEvent.objects.filter(action="document.read", patient_id=ana.pk).count() == 1


def test_no_address_leads_to_the_file_itself(client, ana, carlos, settings):
    """T020: not by its path either."""
    row = add(ana, carlos)
    client.force_login(carlos)
    for prefix in ("/media/", "/static/", "/", settings.MEDIA_URL):
        assert client.get(f"{prefix}{row.file.name}").status_code == 404


def test_a_lost_file_is_a_404_and_no_error(client, ana, carlos):
    row = add(ana, carlos)
    row.file.storage.delete(row.file.name)
    client.force_login(carlos)
    assert client.get(reverse("admin:patients_document_file", args=[row.pk])).status_code == 404


# --- the pages


def chart(patient):
    return f"/admin/patients/patient/{patient.pk}/change/?tab=documents"


def test_the_chart_takes_a_document_releases_it_and_strikes_it(client, ana, carlos):
    client.force_login(carlos)
    sent = {"do": "add_document:", "title": "MRI", "kind": "imaging", "file": make.upload()}
    assert client.post(chart(ana), sent).status_code == 302
    row = Document.objects.get()
    client.post(chart(ana), {"do": f"release_document:{row.pk}"})
    client.post(chart(ana), {"do": f"error_document:{row.pk}"})
    row.refresh_from_db()
    assert (row.released_by, row.entered_in_error_by, row.dated_on) == (carlos, carlos, None)


def test_a_refused_file_keeps_what_was_typed_and_says_why_at_the_field(client, ana, carlos):
    client.force_login(carlos)
    tomorrow = timezone.localdate() + timedelta(days=1)
    sent = {"do": "add_document:", "title": "MRI of 2019", "kind": "imaging", "file": make.upload(b"hello")}
    answer = client.post(chart(ana), sent)
    assert (answer.status_code, answer.context["document_form"].errors) == (
        422, {"file": ["Send a picture (JPEG, PNG, WebP) or a PDF."]})  # fmt: skip
    assert "MRI of 2019" in answer.content.decode()
    answer = client.post(chart(ana), sent | {"file": make.upload(), "dated_on": tomorrow.isoformat()})
    assert answer.context["document_form"].errors == {"dated_on": ["This day is in the future."]}


def test_a_file_that_is_too_large_is_refused_at_the_field_over_http(client, ana, carlos):
    client.force_login(carlos)
    sent = {"do": "add_document:", "title": "MRI", "kind": "imaging", "file": make.upload(bytes(LARGEST * 2))}
    answer = client.post(chart(ana), sent)
    assert (answer.status_code, list(answer.context["document_form"].errors)) == (422, ["file"])
    assert "larger than 10 MB" in answer.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_tab_takes_the_same_queries_for_any_number_of_documents(
    client, ana, carlos, rows, django_assert_num_queries
):
    for _ in range(rows):
        make.document(ana)
    client.force_login(carlos)
    locking = 1 if connection.vendor == "postgresql" else 0  # the log is locked there with a query of its own
    with django_assert_num_queries(18 + locking):
        client.get(chart(ana))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_portal_lists_documents_in_the_same_queries(client, ana, rows, django_assert_num_queries):
    for _ in range(rows):
        make.document(ana, by_patient=True)
    make.document(ana, title="Not released")
    client.force_login(ana.user)
    with django_assert_num_queries(10):
        text = client.get(reverse("portal:documents")).content.decode()
    assert ("Not released" in text, text.count("<b>MRI</b>")) == (False, rows)


def test_the_portal_sends_a_document(client, ana):
    client.force_login(ana.user)
    sent = {"title": "X-ray", "kind": "imaging", "file": make.upload(picture(), "x.jpg", "image/jpeg")}
    assert client.post(reverse("portal:documents"), sent).status_code == 302
    assert Document.objects.get().by_patient


def test_the_desk_files_a_document_without_seeing_those_in_the_chart(client, ana, rita, carlos):
    add(ana, carlos, title="Secret finding")
    client.force_login(rita)
    page = reverse("desk:add_document", args=[ana.pk])
    assert "Secret finding" not in client.get(page).content.decode()
    assert client.post(page, {"title": "Letter", "kind": "letter", "file": make.upload()}).status_code == 302
    assert Document.objects.filter(uploaded_by=rita).count() == 1
