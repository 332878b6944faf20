"""What people are called, and what they need when they come: words for pages, without a query.

The legal name (`Patient.full_name`) stands on documents, invoices and accounts; whoever greets somebody says `called`.
"""

from django.utils.translation import gettext as _

from patients.models import ProxyGrant


def greeted(patient):
    """Return the name the desk calls out: "Mia Lopez" for Maria, who likes to be called Mia."""
    return f"{patient.called} {patient.family_name}".strip()


def known_as(patient):
    """Return both names where a person must be told from others: Maria “Mia” Lopez."""
    if patient.called == patient.given_name:
        return patient.full_name
    return f"{patient.given_name} “{patient.preferred_name}” {patient.family_name}".strip()


def scope_words(scope):
    """Return what a grant of this scope opens: "may book"."""
    return ProxyGrant._meta.get_field(f"may_{scope}").verbose_name  # type: ignore[union-attr]


def needs(patient):
    """Return [(icon, words)] of what to prepare: an interpreter, a ramp, time."""
    found = []
    if patient.needs_interpreter:
        language = patient.language
        spoken = _("Needs an interpreter: %(language)s") % {"language": language} if language else ""
        found.append(("messages", spoken or _("Needs an interpreter")))
    return found + ([("access", patient.access_needs)] if patient.access_needs else [])
