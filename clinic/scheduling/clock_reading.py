"""Reading a day and a time that somebody typed."""

from django.utils.translation import gettext as _

from clinic.scheduling import slots


def read_clock(form, zone):
    """Return the aware time of a form's day and time on the clock of `zone`, or None with the error at its field."""
    try:
        return slots.on_clock(form.cleaned_data["day"], form.cleaned_data["time"], zone)
    except slots.TimeDoesNotExist:
        form.add_error("time", _("The clock is put forward that night: this time does not exist. Choose another."))
    except slots.TimeIsAmbiguous:
        form.add_error("time", _("The clock is put back that night: this time comes twice. Choose another."))
    except OverflowError:
        form.add_error("day", _("This day is too far away. Please check the year."))
    return None
