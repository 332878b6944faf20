"""Rooms as columns: those a kind of visit asks for by name, and those that are used on the day."""

from clinic.reception import columns
from clinic.scheduling.models import VisitKind


def groups():
    """Return [(rooms, kind id)]: rooms that may stand in for each other, because one kind names them all."""
    named = VisitKind.rooms.through.objects.filter(visitkind__is_active=True, room__is_active=True)
    found = []
    for row in named.select_related("room").order_by("room__order", "room_id", "visitkind__order", "visitkind_id"):
        mine = next(
            (group for group in found if row.visitkind_id in group["kinds"] or row.room in group["rooms"]), None
        )
        if mine is None:
            found.append(mine := {"kinds": [], "rooms": []})
        mine["kinds"].append(row.visitkind_id)
        if row.room not in mine["rooms"]:
            mine["rooms"].append(row.room)
    return [(group["rooms"], group["kinds"][0]) for group in found]


def tables(frame, cards, now):
    """Return a column for each group of rooms that a kind of visit names (therapy tables, mostly)."""
    return [columns.of_rooms(rooms, kind_id, frame, cards, now) for rooms, kind_id in groups()]


def used(frame, cards, now, shown):
    """Return a column for each other room in which a visit of the day takes place, in their order."""
    known = {room.pk for column in shown for room in column.rooms}
    rooms = {c.appointment.room_id: c.appointment.room for c in cards if c.appointment.room_id not in {None, *known}}
    ordered = sorted(rooms.values(), key=lambda room: (room.order, room.pk))
    return [columns.of_rooms([room], None, frame, cards, now) for room in ordered]
