"""The segments and muscles on the travel card: each stored row with the form that changes it.

The page sends back what it showed beside what is typed. So a field is changed by whoever changed it there: a page left
open in another window takes nothing back that was found meanwhile.
"""

from clinic.charting import notes
from clinic.charting.card.card_refusals import Refused
from clinic.charting.forms import MuscleForm, SegmentForm


def segments_of(visit, data):
    """Return (row, form) of each segment on the note; `data` is what was posted, or None."""
    return [(row, _form(SegmentForm, f"segment-{row.pk}", row, data)) for row in visit.segment_findings.all()]


def muscles_of(visit, data):
    """Return (row, form) of each muscle on the note; `data` is what was posted, or None."""
    return [(row, _form(MuscleForm, f"muscle-{row.pk}", row, data)) for row in visit.muscle_findings.all()]


def _form(form, prefix, row, data):
    """A row that was not on the page that was posted stays as it is."""
    posted = data if data and any(key.startswith(f"{prefix}-") for key in data) else None
    made = form(posted, prefix=prefix, initial={name: getattr(row, name) for name in form.base_fields})
    for name, field in made.fields.items():
        field.show_hidden_initial = posted is not None and made.add_initial_prefix(name) in posted
    return made.mark()


def keep(visit, pairs, *, by):
    """Keep what was changed in these (row, form). Raises `Refused` before anything is kept, `notes.AlreadySigned`."""
    changed = [(row, form) for row, form in pairs if form.is_bound and form.has_changed()]
    checked = [form.is_valid() for _row, form in changed]  # each of them, so that every message shows
    if not all(checked):
        raise Refused
    for row, form in changed:
        found = {name: form.cleaned_data[name] for name in form.changed_data}
        if all(getattr(row, name) == value for name, value in found.items()):
            continue  # another window said the same
        if isinstance(form, SegmentForm):
            notes.note_segment(visit, segment=row.segment, side=row.side, by=by, **found)
        else:
            notes.note_muscle(visit, muscle=row.muscle, side=row.side, by=by, **found)
