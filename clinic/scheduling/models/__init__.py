"""When, where and with whom."""

from clinic.scheduling.models.appointments import Appointment, AppointmentRequest
from clinic.scheduling.models.offers import CalendarFeed, TherapyTimer, WaitlistOffer
from clinic.scheduling.models.planning import Series, WaitlistEntry
from clinic.scheduling.models.resources import (
    Practitioner,
    Room,
    SpecialHours,
    TimeOff,
    VisitKind,
    WorkingHours,
)

__all__ = [
    "Appointment",
    "AppointmentRequest",
    "CalendarFeed",
    "Practitioner",
    "Room",
    "Series",
    "SpecialHours",
    "TherapyTimer",
    "TimeOff",
    "VisitKind",
    "WaitlistEntry",
    "WaitlistOffer",
    "WorkingHours",
]
