"""Consents: each text its own answer, signed by name and by hand, and taken back at any time.

Nothing is ever changed. Signing again is a newer row, and so is taking back; the newest answer to a kind counts.
"""

from datetime import datetime, time

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from patients import signatures
from patients.models import Consent, ConsentText, Patient

ADULT_AGE = 18
WRITTEN = ("title", "body", "title_es", "body_es", "source", "valid_months", "is_required")


class NotSigned(Exception):
    """Agreeing takes the full name of who agrees."""


class NeedsGuardian(Exception):
    """A parent or guardian agrees for a child, and says how they are related."""


class OldText(Exception):
    """There is a newer version of this text: it has to be read before it is answered."""


class NothingToTakeBack(Exception):
    """This is not the standing yes: it was taken back, or answered again."""


class ReasonMissing(Exception):
    """The clinic says why: for what it takes back in somebody's name, and for a new version of a text."""


class NothingNew(Exception):
    """The new version says what the old one says."""


class BadDay(Exception):
    """A signature on paper is not of tomorrow, nor older than the person."""


def texts_in_force():
    """Return {kind: text}: the newest version of each, in the order of the kinds."""
    newest = {text.kind: text for text in ConsentText.objects.order_by("version")}
    return {kind: newest[kind] for kind in ConsentText.Kind.values if kind in newest}


def newest_of(patient, kind):
    """Return the newest answer to texts of this kind, merged records included, or None."""
    return Consent.objects.of(patient).filter(text__kind=kind).order_by("-signed_at", "-pk").first()


def _locked(patient):
    return Patient.objects.select_for_update(no_key=True, of=("self",)).get(pk=patient.pk)


def _check(patient, text, values):
    if ConsentText.objects.filter(kind=text.kind, version__gt=text.version).exists():
        raise OldText
    if values["is_given"] and len(values["signed_name"]) < 2:
        raise NotSigned
    is_guardian = values["signed_as"] == Consent.SignedAs.GUARDIAN
    if (values["is_given"] and patient.age < ADULT_AGE and not is_guardian) or (is_guardian and not values["relation"]):
        raise NeedsGuardian
    signatures.checked(values["drawing"])


def _answer(given):
    """The answer as it is kept: names without spaces around, in the columns' lengths."""
    return {
        "is_given": given["is_given"],
        "signed_name": given["signed_name"].strip()[:120],
        "drawing": list(given["drawing"]) if given["is_given"] else [],
        "signed_as": given["signed_as"],
        "relation": given["relation"].strip()[:60],
        "language": given["language"][:5],
    }


def months_on(day, months):
    """The same day so many months later; the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return day.replace(year=year, month=month + 1, day=last)
        except ValueError:
            continue
    raise AssertionError(months)


def _keep(patient, text, values, *, by, signed_at=None, **more):
    signed_at = signed_at or timezone.now()
    until = None
    if values["is_given"] and text.valid_months:
        until = months_on(timezone.localdate(signed_at), text.valid_months)
    row = Consent.objects.create(
        patient=patient, text=text, signed_at=signed_at, valid_until=until, recorded_by=by, **values, **more
    )
    deed = "consent.signed" if row.is_given else "consent.refused"
    record(deed, row, by=by, patient=patient, kind=text.kind, version=text.version)
    return row


def _is_again(newest, text, values):
    """Is this the answer that was given today already? A form that is sent twice signs once."""
    if newest is None or newest.text_id != text.pk or newest.explained_by_id:
        return False
    same_day = timezone.localdate(newest.signed_at) == timezone.localdate()
    return same_day and all(getattr(newest, name) == value for name, value in values.items())


@transaction.atomic
def sign(
    patient,
    *,
    text,
    is_given,
    signed_name="",
    drawing=(),
    signed_as=Consent.SignedAs.PATIENT,
    relation="",
    language="en",
    intake=None,
    by=None,
):
    """Keep the patient's own answer to one text and return it; the same answer sent twice is one row.

    `by` is the account that signs on the portal, for oneself or within a grant for forms; None is the holder of the
    link. Raises `OldText`, `NotSigned`, `NeedsGuardian`, `signatures.BadDrawing`.
    """
    if by is not None and not Patient.objects.in_care_of(by, "forms").filter(pk=patient.pk).exists():
        raise PermissionDenied("consent of another person")
    row = _locked(patient)
    given = {"is_given": is_given, "signed_name": signed_name, "drawing": drawing, "signed_as": signed_as}
    values = _answer({**given, "relation": relation, "language": language})
    _check(row, text, values)
    newest = newest_of(row, text.kind)
    if _is_again(newest, text, values):
        return newest
    return _keep(row, text, values, by=by, intake=intake)


@transaction.atomic
def record_taken(
    patient,
    *,
    text,
    is_given,
    how,
    by,
    signed_name="",
    signed_as=Consent.SignedAs.PATIENT,
    relation="",
    language="en",
    regions=(),
    signed_on=None,
    because="",
):
    """Keep an answer given on paper or by word to the practitioner who explained it, and return it.

    `how` says in a word how it was given, `regions` what it covers (none named: all of it).
    Raises `OldText`, `NotSigned`, `NeedsGuardian`, `BadDay`.
    """
    require(by, "consent.add")
    row, today = _locked(patient), timezone.localdate()
    given = {"is_given": is_given, "signed_name": signed_name, "drawing": (), "signed_as": signed_as}
    values = _answer({**given, "relation": relation, "language": language})
    _check(row, text, values)
    if signed_on and not row.birth_date <= signed_on <= today:
        raise BadDay
    at = None if signed_on in (None, today) else timezone.make_aware(datetime.combine(signed_on, time(12)))
    told = ": ".join(part for part in (how, because.strip()) if part)[:300]
    more = {"explained_by": by, "regions": sorted(set(regions)), "because": told}
    return _keep(row, text, values, by=by, signed_at=at, **more)


@transaction.atomic
def withdraw(consent, *, by, because=""):
    """Take a standing yes back and return the new row; the old one stays readable.

    The person and who holds a grant for forms need no reason; the clinic does it on request and says so.
    Raises `NothingToTakeBack`, `ReasonMissing`.
    """
    patient = _locked(consent.patient)
    is_own = Patient.objects.in_care_of(by, "forms").filter(pk=patient.pk).exists()
    if not is_own:
        require(by, "consent.add")
        if not because.strip():
            raise ReasonMissing
    newest = newest_of(patient, consent.text.kind)
    if newest is None or newest.pk != consent.pk or not newest.is_given:
        raise NothingToTakeBack
    row = Consent.objects.create(
        patient=patient,
        text=consent.text,
        is_given=False,
        language=consent.language,
        signed_at=timezone.now(),
        recorded_by=by,
        because=because.strip()[:300],
    )
    record("consent.withdrawn", row, by=by, patient=patient, kind=consent.text.kind, version=consent.text.version)
    return row


@transaction.atomic
def write_version(*, kind, because, by, **fields):
    """Write the next version of a text and return it; answers to earlier versions keep the words they were given to.

    `fields` are some of WRITTEN; what is not named stays as in the version before. Raises `ReasonMissing`,
    `NothingNew`.
    """
    require(by, "consent_text.change")
    last = ConsentText.objects.select_for_update(no_key=True, of=("self",)).filter(kind=kind).order_by("-version")[:1]
    before = {name: getattr(last[0], name) for name in WRITTEN} if last else {}
    words = {**before, **{name: fields[name] for name in WRITTEN if name in fields}}
    if words == before:
        raise NothingNew
    if not because.strip():
        raise ReasonMissing
    text = ConsentText.objects.create(
        kind=kind,
        version=last[0].version + 1 if last else 1,
        written_by=by,
        because=because.strip()[:300],
        **words,
    )
    record("consent_text.written", text, by=by, kind=kind, version=text.version)
    return text
