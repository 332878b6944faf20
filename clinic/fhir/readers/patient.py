"""Patient: who somebody is, and the numbers by which we know them again."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.fhir.elements import Unfit, code_of, day

SEX = {"female": "F", "male": "M", "F": "F", "M": "M"}
BIRTHSEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
# Numbers a clinic has no use for and would have to guard: social security, driver's licence, passport, tax.
UNWANTED_TYPES = {"SS", "SB", "DL", "PPN", "TAX", "NI"}
UNWANTED_SYSTEMS = ("us-ssn", "passport", "urn:oid:2.16.840.1.113883.4.1", "urn:oid:2.16.840.1.113883.4.3")
NAME_ORDER = ("official", "usual", "", "temp", "anonymous")
PHONE_ORDER = ("mobile", "home", "", "work")
ADDRESS_ORDER = ("home", "", "work", "billing")
SOURCE_ID = "fhir:Patient.id"  # only for somebody who has no number of their own: ids repeat from system to system


@dataclass(frozen=True)
class PatientFact:
    """The fields of a patient, the numbers that are kept, and all numbers others may refer to them by."""

    fields: dict
    kept: tuple[tuple[str, str], ...]
    spoken_of: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()


def read(found):
    """Return the `PatientFact`. Raises `Unfit` without a name, a full birth date or anything to know them by."""
    resource = found.resource
    born = _birth_date(resource)
    died, notes = _death(resource, born)
    spoken_of = tuple(dict.fromkeys(_numbers(resource.get("identifier", []))))
    kept = tuple(dict.fromkeys(_numbers(filter(_is_wanted, resource.get("identifier", [])))))
    if not kept and resource.get("id"):
        kept = ((SOURCE_ID, resource["id"]),)
    if not kept:
        raise Unfit(_("it has no id, so a second run would not know it again"))
    sex, gender = _sex(resource)
    fields = {
        **_name(resource.get("name", [])),
        "birth_date": born,
        "deceased_on": died,
        "sex": sex,
        "gender": gender,
        "language": _language(resource.get("communication", []))[:40],
        **_contacts(resource.get("telecom", [])),
        **_address(resource.get("address", [])),
    }
    return PatientFact(fields, kept, spoken_of, notes)


def _birth_date(resource):
    text = resource.get("birthDate")
    if not isinstance(text, str) or len(text) != 10:
        raise Unfit(_("it has no full birth date"))
    return day(text)


def _death(resource, born):
    """The day of death. Where only "has died" stands: the day the record was last changed, or else today."""
    if text := resource.get("deceasedDateTime"):
        died = day(text, last=True)
    elif resource.get("deceasedBoolean") is True:
        died = day((resource.get("meta") or {}).get("lastUpdated")) or timezone.localdate()
        return died, (_("has died, but no day is given: %(day)s was put down") % {"day": died},)
    else:
        return None, ()
    if died < born:
        raise Unfit(_("it dies before it is born"))
    return died, ()


def _in_order(items, order):
    """Those whose use is in `order` (old ones and maiden names are not), best first."""
    usable = [item for item in items if item.get("use", "") in order]
    return sorted(usable, key=lambda item: (order.index(item.get("use", "")), item.get("rank", 99)))


def _name(names):
    best = next(iter(_in_order(names, NAME_ORDER)), {})
    given = " ".join(part.strip() for part in best.get("given") or [] if part)
    family = (best.get("family") or "").strip()
    given = given or ("" if family else (best.get("text") or "").strip())
    if not (given or family):
        raise Unfit(_("it has no name"))
    nick = next(
        (" ".join(filter(None, name.get("given") or [])) for name in names if name.get("use") == "nickname"), ""
    )
    return {
        "given_name": given[:80] or family[:80],
        "family_name": family[:80] if given else "",
        "preferred_name": nick[:80],
    }


def _sex(resource):
    """Sex on the health record (the birth sex where it is said), and the gender where that is another word."""
    gender = resource.get("gender") or ""
    stated = (ext.get("valueCode") for ext in resource.get("extension", []) if ext.get("url") == BIRTHSEX)
    sex = next((SEX[code] for code in (*stated, gender) if code in SEX), "X")
    return sex, gender if gender in ("male", "female", "other") and SEX.get(gender) != sex else ""


def _contacts(telecom):
    phones = [item for item in telecom if item.get("system") in ("phone", "sms") and item.get("value")]
    mails = [item for item in telecom if item.get("system") == "email" and _is_mail(item.get("value"))]
    first_phone = next(iter(_in_order(phones, PHONE_ORDER)), {})
    first_mail = next(iter(_in_order(mails, PHONE_ORDER)), {})
    return {"phone": first_phone.get("value", "").strip()[:40], "email": first_mail.get("value", "").strip()}


def _is_mail(text):
    try:
        validate_email((text or "").strip())
    except ValidationError:
        return False
    return len(text) <= 254


def _address(addresses):
    best = next(iter(_in_order(addresses, ADDRESS_ORDER)), {})
    return {
        "street": ", ".join(line for line in best.get("line") or [] if line)[:120],
        "city": (best.get("city") or "")[:80],
        "state": (best.get("state") or "")[:40],
        "postal_code": (best.get("postalCode") or "")[:20],
    }


def _language(spoken):
    chosen = sorted(spoken, key=lambda item: not item.get("preferred"))[:1]
    best = chosen[0].get("language") or {} if chosen else {}
    displays = [coding.get("display") for coding in best.get("coding", [])]
    return next((text for text in (best.get("text"), *displays, code_of(best)) if text), "")


def _numbers(identifiers):
    for item in identifiers:
        if item.get("system") and item.get("value") and item.get("use") not in ("old", "temp"):
            yield item["system"][:200], item["value"].strip()[:200]


def _is_wanted(identifier):
    types = {coding.get("code") for coding in (identifier.get("type") or {}).get("coding", [])}
    system = (identifier.get("system") or "").lower()
    return not types & UNWANTED_TYPES and not any(part in system for part in UNWANTED_SYSTEMS)
