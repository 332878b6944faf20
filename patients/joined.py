"""Where the address of a record leads that was joined to another: to the one that is kept, with the same query."""

from django.shortcuts import redirect


def kept_of(patient):
    """Return the record that is kept of this person."""
    return patient.merged_into or patient


def to_kept(request, address, **changed):
    """Send on to `address` with the query of this request; `changed` are the numbers that stand in it anew."""
    query = request.GET.copy()
    for name, value in changed.items():
        query[name] = value
    return redirect(f"{address}?{query.urlencode()}" if query else address)
