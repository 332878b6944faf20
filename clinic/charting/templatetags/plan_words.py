"""Where a plan stands, for the headers of the chart and of the note: the patients' pages lie below the plans."""

from django import template
from django.utils import timezone

from clinic.charting import notes
from clinic.charting.care import measuring, plan_standing

register = template.Library()
register.filter("measure_name", measuring.name_of)


@register.simple_tag
def standing_of(patient, visit=None):
    """The standing of the plan a note belongs to, on the day of that note while it is open; else of the person."""
    if not visit:
        return plan_standing.of_patient(patient, timezone.localdate())
    return plan_standing.of_episode(visit.episode_id, notes.day_of(visit, timezone.now()))
