"""Settings that would leave people with nobody there: saved only when nobody is booked, else the desk asks first."""

from datetime import timedelta
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from clinic.scheduling import availability, slots
from clinic.scheduling.absence import expected
from clinic.scheduling.handing_on import Gap, affected, of_time_off
from clinic.scheduling.models import Practitioner, SpecialHours

WHEN = {"practitioner", "location", "starts_at_0", "starts_at_1", "starts_at", "ends_at"}


def address(gap, off=None):
    """Return the page of the desk that shows what becomes of the visits in this gap, everything filled in."""
    at = gap.practitioner.location if gap.practitioner else gap.location
    zone = at.zone if at else timezone.get_current_timezone()
    start, end = gap.start.astimezone(zone), gap.end.astimezone(zone)
    last = end.date() if end.time() != end.min.time() else end.date() - timedelta(days=1)
    asked = {
        "practitioner": gap.practitioner.pk if gap.practitioner else "",
        "location": gap.location.pk if gap.location else "",
        "from_day": start.date().isoformat(),
        "from_time": f"{start:%H:%M}",
        "to_day": last.isoformat(),
        "to_time": f"{end:%H:%M}" if last == end.date() else "",
        "reason": gap.reason,
        "off": off or "",
    }
    return f"{reverse('desk:away')}?{urlencode({name: value for name, value in asked.items() if value})}"


class AsksFirst(admin.ModelAdmin):
    """Mixin of an admin page: where `request.asks_at` is set, the answer leads there, and nothing was written."""

    def log_addition(self, request, obj, message):
        return None if hasattr(request, "asks_at") else super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        return None if hasattr(request, "asks_at") else super().log_change(request, obj, message)

    def response_add(self, request, obj, post_url_continue=None):
        return self._ask(request) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self._ask(request) or super().response_change(request, obj)

    def _ask(self, request):
        if not hasattr(request, "asks_at"):
            return None
        messages.warning(request, request.asks_because)
        return redirect(request.asks_at)


class TimeOffAsks(AsksFirst):
    """Time off over visits is not saved before somebody has said what becomes of them."""

    def save_model(self, request, obj, form, change):
        gap = of_time_off(obj)
        if WHEN & set(form.changed_data) and affected(gap, timezone.now()).exists():
            request.asks_at = address(gap, obj.pk)
            request.asks_because = _("Not saved yet: there are visits in that time. Say what becomes of them.")
            return
        super().save_model(request, obj, form, change)


class HoursAsk(AsksFirst):
    """Other hours on a date are saved, and whoever is booked outside them is asked about at once."""

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        hours = next((each for each in formsets if each.model is SpecialHours), None)
        days = {row.on for row in _touched(hours)} | _before(hours) if hours else set()
        gaps = outside_hours(form.instance, days, timezone.now()) if days else []
        if gaps:
            request.asks_at = address(gaps[0])
            request.asks_because = _words(gaps)


def _touched(formset):
    changed = [row for row, _fields in formset.changed_objects]
    return [*formset.new_objects, *changed, *formset.deleted_objects]


def _before(formset):
    """The dates that changed rows had before."""
    return {form.initial["on"] for form in formset.initial_forms if "on" in form.changed_data}


def _words(gaps):
    links = [
        format_html(
            '<a href="{}">{}</a>', address(gap), formats.date_format(timezone.localtime(gap.start), "D, M j, g:i A")
        )
        for gap in gaps
    ]
    told = _("The hours are saved. There are visits outside them, from:")
    return format_html("{} {}", told, format_html(", ".join(["{}"] * len(links)), *links))


def outside_hours(practitioner, days, now):
    """Return a `Gap` for each stretch of these days without hours in which somebody is booked."""
    person = Practitioner.objects.with_hours().get(pk=practitioner.pk)
    zone, blocks = person.location.zone, availability.blocks_of(person)
    closed = [span for day in sorted(days) for span in _closed(day, blocks, zone)]
    gaps = [Gap(start, end, person) for start, end in closed]
    return [gap for gap in gaps if affected(gap, now).exists()]


def _closed(day, blocks, zone):
    """Yield the stretches of a day outside working hours."""
    at, midnight = availability.day_span(day, zone)
    for opens, closes in slots.open_spans(day, blocks, zone):
        if at < opens:
            yield at, opens
        at = max(at, closes)
    if at < midnight:
        yield at, midnight


class PractitionerForm(forms.ModelForm):
    """Nobody is taken off the list of those who treat while patients are still booked with them."""

    def clean_is_active(self):
        active = self.cleaned_data["is_active"]
        if active or not self.initial.get("is_active") or not expected(self.instance, timezone.now()).exists():
            return active
        asked = {"practitioner": self.instance.pk, "from_day": timezone.localdate(), "for_good": "on"}
        told = _("There are visits to come with this practitioner.")
        link = f"{reverse('desk:away')}?{urlencode(asked)}"
        raise forms.ValidationError(format_html('{} <a href="{}">{}</a>', told, link, _("Hand them on first.")))
