"""When, where and with whom."""

from clinic.scheduling.models.appointments import Appointment, AppointmentRequest
from clinic.scheduling.models.resources import Practitioner, Room, TimeOff, VisitKind, WorkingHours

__all__ = ["Appointment", "AppointmentRequest", "Practitioner", "Room", "TimeOff", "VisitKind", "WorkingHours"]
