"""What a visit was about, in words for the patient: a proposal that the clinician reads and changes."""

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# What patients call the kinds that are loaded; a clinic's own kind goes by its label.
CALLED = {
    "adjustment": gettext_lazy("an adjustment of the stiff joints"),
    "ultrasound": gettext_lazy("ultrasound over the tight muscle"),
    "estim": gettext_lazy("electrical stimulation through pads on the skin"),
    "massage": gettext_lazy("massage of the tight muscles"),
    "trigger_point": gettext_lazy("pressure on the tender points"),
    "manual_therapy": gettext_lazy("slow movement and stretching of the joints by hand"),
    "heat": gettext_lazy("a heat pack"),
    "ice": gettext_lazy("a cold pack"),
    "traction": gettext_lazy("a slow, steady pull on the spine"),
    "exercise": gettext_lazy("exercises"),
}


def _done(treatment):
    what = CALLED.get(treatment.kind.slug, treatment.kind.label)
    what = str(what)
    return _("%(what)s, %(n)s minutes") % {"what": what, "n": treatment.minutes} if treatment.minutes else what


def _spare(visit):
    if not visit.spare_movement:
        return ""
    until = formats.date_format(visit.spare_until) if visit.spare_until else ""
    given = {"what": visit.spare_movement, "until": until}
    return (_("Please go easy on: %(what)s, until %(until)s.") if until else _("Please go easy on: %(what)s.")) % given


def summary_of(visit):
    """Return a few plain sentences: what was done, what to go easy on, what comes next. No diagnosis, no promise."""
    done = [_done(treatment) for treatment in visit.treatments.select_related("kind")]
    parts = [
        _("We did: %(what)s.") % {"what": "; ".join(done)} if done else "",
        _spare(visit),
        visit.plan.strip(),
        _("Call us if something gets worse or is new."),
    ]
    return "\n\n".join(part for part in parts if part)
