"""What a treatment still needs before the note it stands on is signed: needles counted, a timer stopped, a day set."""

from django.utils.translation import gettext as _

from clinic.charting.kinds import parameters, sessions


class Unfinished(Exception):
    """A treatment of the note cannot be signed as it stands; `points` says what is missing, in words."""

    def __init__(self, points):
        super().__init__(" ".join(points))
        self.points = points


def open_points(visit, treatments=None):
    """Return what must be done about the treatments of a visit before it is signed, as sentences."""
    rows = visit.treatments.select_related("kind").order_by("pk") if treatments is None else treatments
    return [point for row in rows for point in _of_row(visit, row)]


def _of_row(visit, row):
    name = str(row.kind.label)
    if row.started_at and not row.ended_at:
        yield _("%(kind)s is still running: stop it.") % {"kind": name}
    if row.kind.definition.get("hard_rules"):
        values = {**row.parameters, **({"segments": row.segments} if row.segments else {})}
        phase, context = row_phase(visit), sessions.known_at(visit, row.kind)
        for message in parameters.unfinished(row.kind.definition, values, phase=phase, context=context).values():
            yield f"{name}: {message}"


def row_phase(visit):
    """Return the phase of the complaint on the day of the visit: acute, subacute, chronic or empty."""
    return visit.episode.phase_on(sessions.day_of(visit))


def refuse_unfinished(visit):
    """Raise `Unfinished` unless every treatment of the visit may be signed."""
    if points := open_points(visit):
        raise Unfinished(points)
