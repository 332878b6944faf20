"""Why a time cannot be had. Every refusal that can be helped offers the nearest free times."""


class SlotTaken(Exception):
    """The time is not free any more; `nearest` are free times to offer instead."""

    def __init__(self, nearest=()):
        super().__init__("taken")
        self.nearest = list(nearest)


class RoomTaken(SlotTaken):
    """No room or table that this kind of visit needs is free at that time."""


class PatientIsElsewhere(SlotTaken):
    """The patient has another visit at that time."""


class NotOpen(Exception):
    """Outside working hours, in time off, or not a kind this practitioner does."""

    def __init__(self, nearest=()):
        super().__init__("not open")
        self.nearest = list(nearest)


class PatientHasDied(NotOpen):
    """The patient has died; nothing is booked for them."""


class KindNotDone(NotOpen):
    """This practitioner does not do this kind of visit."""


class InThePast(Exception):
    """A visit cannot be booked for a time that has gone."""


class HoldHasEnded(Exception):
    """The held time was let go before it was answered."""


class AlreadyAnswered(Exception):
    """Somebody else has answered this request."""


class MovedMeanwhile(Exception):
    """Somebody else has moved this visit since the page was drawn; `appointment` says where it stands now."""

    def __init__(self, appointment):
        super().__init__("moved meanwhile")
        self.appointment = appointment
