"""Builders: the least a test needs, named as the story names it. Every argument may be overridden."""

import importlib
import io
import itertools
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from pypdf import PdfWriter

from clinic.accounts import devices, links
from clinic.accounts.models import SignedLink, User
from clinic.accounts.roles import Role
from clinic.charting.models import (
    AdverseEvent,
    Contraindication,
    Episode,
    Equipment,
    Preset,
    Referral,
    TreatmentKind,
    Visit,
)
from clinic.practice.models import ClinicProfile, Location
from clinic.scheduling.models import Appointment, Practitioner, Room, Series, TherapyTimer, VisitKind, WorkingHours
from clinic.scheduling.models.appointments import STAMP, Status
from content.models import Article, Assignment, Author, Reference, Topic
from patients import registering
from patients.models import CallLog, Condition, Consent, ConsentText, Coverage, Document, Patient, Task

MONDAY = datetime(2027, 3, 1, 15, 0, tzinfo=UTC)  # 10:00 in New York, a Monday in the future, no clock change near
_numbers = itertools.count(1)


LOADING = (
    "patients.migrations.0002_load_safety_vocabulary_and_red_flags",
    "patients.migrations.0006_load_consent_texts",
    "clinic.charting.migrations.0002_load_clinical_tables",
    "clinic.charting.migrations.0006_load_phrases",
    "clinic.charting.migrations.0007_load_services_and_code_rules",
    "clinic.outcomes.migrations.0002_load_measures",
    "clinic.outcomes.migrations.0004_load_more_measures",
)


def clinical_tables():
    """Load what the migrations load: tests with `transaction=True` empty every table when they end."""
    for name in LOADING:
        importlib.import_module(name).load(apps, SimpleNamespace(connection=connection))


def clinic(**fields):
    return ClinicProfile.objects.get_or_create(
        pk=1,
        defaults={
            "name": "Harbour Street Chiropractic",
            "phone": "(503) 555-0100",
            "set_up_at": timezone.now(),
            **fields,
        },
    )[0]


def location(**fields):
    return Location.objects.get_or_create(
        name=fields.pop("name", "Harbour Street"),
        defaults={
            "street": "12 Harbour Street",
            "city": "Ashbrook",
            "state": "VT",
            "time_zone": "America/New_York",
            **fields,
        },
    )[0]


def user(email="", *roles, **fields):
    email = email or f"user{next(_numbers)}@example.org"
    return User.objects.create_user(
        email,
        fields.pop("password", None),
        roles=roles,
        display_name=fields.pop("display_name", email.split("@")[0].title()),
        **fields,
    )


def patient(given="Ana", family="Sørensen", **fields):
    return registering.create(given_name=given, family_name=family, **{"birth_date": date(1965, 3, 14), **fields})


def patient_with_account(given="Ana", email="", **fields):
    made = patient(given, **fields)
    made.user = user(email or f"{given.lower()}@example.org", Role.PATIENT, display_name=made.full_name)
    made.save(update_fields=["user"])
    return made


def condition(of, code="osteoporosis", **fields):
    return Condition.objects.create(patient=of, code=code, **{"label": code.replace("_", " ").capitalize(), **fields})


def practitioner(account=None, *, hours=True, **fields):
    made = Practitioner.objects.create(
        user=account,
        location=fields.pop("location", None) or location(),
        **{
            "name": f"Dr Carlos Vega {next(_numbers)}",
            "credentials": "DC",
            "licence_number": "VT 006.0000412",
            "licence_state": "VT",
            "licence_expires_on": date(2099, 1, 1),
            **fields,
        },
    )
    if hours:
        WorkingHours.objects.bulk_create(
            WorkingHours(practitioner=made, weekday=day, opens=time(8), closes=time(18)) for day in range(5)
        )
    return made


def room(**fields):
    return Room.objects.create(
        location=fields.pop("location", None) or location(), **{"name": f"Room {next(_numbers)}", **fields}
    )


def kind(**fields):
    slug = fields.pop("slug", "adjustment")
    return VisitKind.objects.get_or_create(slug=slug, defaults={"name": slug.title(), "minutes": 20, **fields})[0]


def appointment(of=None, by=None, at=MONDAY, *, status=Status.BOOKED, minutes=20, **fields):
    """An appointment straight into the table, stamped as its status demands (no deed, no audit row)."""
    at = at.astimezone(UTC)
    by = by or practitioner()
    if status in STAMP:
        fields.setdefault(STAMP[status], at)
    if status == Status.CANCELLED:
        fields.setdefault("cancelled_because", "child ill")
    ends = at + timedelta(minutes=minutes)
    return Appointment.objects.create(
        **{
            "patient": of or patient(),
            "practitioner": by,
            "kind": kind(),
            "location": by.location,
            "starts_at": at,
            "ends_at": ends,
            "busy_from": at,
            "busy_until": ends,
            "status": status,
            "booked_at": at,
            **fields,
        }
    )


def timer(of, *, at=MONDAY, minutes=10, **fields):
    """A timer of the visit `of`, begun at `at`."""
    ends = at + timedelta(minutes=minutes)
    return TherapyTimer.objects.create(
        appointment=of, **{"name": "heat", "minutes": minutes, "started_at": at, "ends_at": ends, **fields}
    )


def call(of, by, **fields):
    """An attempt to reach the patient `of`."""
    return CallLog.objects.create(patient=of, by=by, **{"about": "missed", "outcome": "message", **fields})


def series(*rows):
    """A series of these appointments, in this order, straight into the table."""
    first = rows[0]
    made = Series.objects.create(patient=first.patient, practitioner=first.practitioner, kind=first.kind)
    for place, row in enumerate(rows, start=1):
        row.series, row.series_place = made, place
        row.save(update_fields=["series", "series_place"])
    return made


def visit(of=None, by=None, **fields):
    of, by = of or patient(), by or practitioner(user("", Role.CHIROPRACTOR))
    episode = fields.pop("episode", None) or Episode.objects.create(patient=of, complaint="Low back spasm")
    return Visit.objects.create(patient=of, practitioner=by, episode=episode, opened_by=by.user, **fields)


def signed(of, by=None, *, at=None):
    """Sign the visit `of` as it stands, straight into the table (no deed, no rules), and return it."""
    by, at = by or of.practitioner.user or user("", Role.CHIROPRACTOR), at or of.visited_at
    told = {"document": "{}", "sha256": "0" * 64, "signature": "Dr C, DC", "rules_version": "test"}
    Visit.objects.filter(pk=of.pk).update(signed_at=at, signed_by=by, **told)
    of.refresh_from_db()
    return of


def answered(plan, kind, by):
    """Mark what is open of this kind before a plan as done, straight into the table."""
    plan.events.filter(kind=kind).update(done_at=timezone.now(), done_by=by)


def adverse_event(of, by=None, **fields):
    """An adverse event of the patient `of`, straight into the table."""
    told = {"what": "Sore for three days", "severity": "mild", "began_on": date.today(), **fields}
    return AdverseEvent.objects.create(patient=of, reported_by=by or user("", Role.CHIROPRACTOR), **told)


def treatment_kind(slug="adjustment"):
    """One of the kinds that the migration has loaded."""
    return TreatmentKind.objects.get(slug=slug)


def preset(by=None, **fields):
    """A preset of the practitioner `by` (None: the clinic's), straight into the table."""
    items = [{"kind": "massage", "minutes": 10, "values": {"technique": "petrissage"}}]
    return Preset.objects.create(practitioner=by, **{"name": f"Preset {next(_numbers)}", "items": items, **fields})


def equipment(kind, **fields):
    """A device that treats, straight into the table."""
    return Equipment.objects.create(kind=kind, **{"name": f"Device {next(_numbers)}", **fields})


def rule(rule_id):
    """One of the contraindications that the migration has loaded."""
    return Contraindication.objects.get(rule_id=rule_id)


def author(name="Dr Ruth Halvorsen", **fields):
    return Author.objects.get_or_create(name=name, defaults={"credentials": "DC", **fields})[0]


def topic(slug="muscle-spasm", **fields):
    return Topic.objects.get_or_create(
        slug=slug, defaults={"name": slug.replace("-", " ").title(), "kind": "cause", **fields}
    )[0]


def article(slug="why-a-back-muscle-locks", *, status="published", **fields):
    made = Article.objects.create(
        slug=slug,
        status=status,
        author=fields.pop("author", None) or author(),
        **{
            "title": slug.replace("-", " ").capitalize(),
            "summary": "What a spasm is.",
            "body": "## What a spasm is\n\nText.",
            "published_at": timezone.now() if status == "published" else None,
            **fields,
        },
    )
    made.topics.add(topic())
    Reference.objects.create(article=made, text="A study of the back", doi="10.1000/x", year=2020)
    return made


def assignment(of, given=None, by=None, **fields):
    return Assignment.objects.create(
        article=given or article(),
        patient=of,
        assigned_by=by or user("", Role.CHIROPRACTOR),
        **{"because": "This is the guarding we talked about.", **fields},
    )


def everything_named(text):
    """All patients whose names contain `text` (for asserting that nothing leaked in or out)."""
    return Patient.objects.filter(family_name__contains=text)


def device(by=None, **fields):
    """A paired tablet; its token is `device.token` (in real life only the tablet has it)."""
    by = by or user("", Role.RECEPTIONIST)
    made, code = devices.add(**{"name": "Front tablet", "location": location(), **fields}, by=by)
    token = devices.pair(links.find(SignedLink.Scope.PAIRING, code))
    made.refresh_from_db()
    made.token = token
    return made


def pdf():
    """The bytes of a plain PDF of one empty page."""
    out, writer = io.BytesIO(), PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(out)
    return out.getvalue()


def upload(data=None, name="report.pdf", content_type="application/pdf"):
    """A file as a form receives it."""
    return SimpleUploadedFile(name, pdf() if data is None else data, content_type)


def document(of, by=None, **fields):
    """A document in the chart, straight into the table and on the disk."""
    data = pdf()
    return Document.objects.create(
        patient=of,
        uploaded_by=by or user("", Role.CHIROPRACTOR),
        file=ContentFile(data, "file.pdf"),
        **{"title": "MRI", "media_type": "application/pdf", "size": len(data), "sha256": "0" * 64, **fields},
    )


def task(of, **fields):
    """Something to do for the patient `of`, straight into the table."""
    return Task.objects.create(
        patient=of,
        **{"kind": "refer", "title": "Medical visit", "key": f"k{next(_numbers)}", "due_on": date.today(), **fields},
    )


def consent(of, kind="manipulation", *, is_given=True, **fields):
    """An answer to the newest text of this kind, straight into the table."""
    text = ConsentText.objects.filter(kind=kind).latest("version")
    return Consent.objects.create(
        patient=of, text=text, is_given=is_given, **{"signed_name": of.full_name if is_given else "", **fields}
    )


def letter(of, by=None, **fields):
    """A letter of the patient `of`, straight into the table; `sent_at` makes it one that went out."""
    by = by or user("", Role.CHIROPRACTOR)
    sent = {"sent_by": by, "sent_how": "Post"} if "sent_at" in fields else {}
    told = {"addressee": "Dr Pia Moss, neurology", "question": "Is the reflex a worry?", **sent, **fields}
    return Referral.objects.create(patient=of, written_by=by, **told)


def coverage(of, by=None, **fields):
    """Who pays for `of` since January."""
    fields = {"payer": "private", "name": "Lakeland Health", "since": date(2026, 1, 5), **fields}
    return Coverage.objects.create(patient=of, added_by=by or user("", Role.RECEPTIONIST), **fields)
