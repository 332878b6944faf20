"""Names and needs of a person, and the notes that colleagues pinned to them."""

from django import template

from patients import naming
from patients.granting import SCOPES
from patients.models import StickyNote
from patients.sticking import MOST_UP

register = template.Library()
register.filter("greeted", naming.greeted)
register.filter("known_as", naming.known_as)
register.filter("needs", naming.needs)


@register.filter
def may(grant):
    """What a grant opens, in words: "may read the record, may book"."""
    opened = [scope for scope in SCOPES if getattr(grant, f"may_{scope}")]
    return ", ".join(str(naming.scope_words(scope)) for scope in opened)


@register.simple_tag(takes_context=True)
def notes_of(context, patient):
    """The notes that are up, and what the front desk has noted since before there were notes.

    A page that has read the notes gives their texts as `pinned`.
    """
    up = context.get("pinned")
    if up is None:
        up = [note.text for note in StickyNote.objects.of(patient).up()[: MOST_UP * 2]]
    return [patient.desk_note, *up] if patient.desk_note else up
