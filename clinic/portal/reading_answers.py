"""From a sent form to the raw value of a question, as `patients.questionnaire.clean` understands it."""

from clinic.portal.asking import all_places, field_name
from patients.answers import MOST_ROWS


def read(question, data):
    """Return what was sent for this question (`data` is a QueryDict), in the shape that `clean` takes.

    Names that the question does not have are not looked at; places that are not on the body chart are left out.
    """
    reader = _READERS.get(question.type)
    return reader(question, data) if reader else data.get(field_name(question), "")


def _read_rows(question, data):
    name = field_name(question)
    rows = [
        {column: data.get(f"{name}-{number}-{column}", "") for column in question.fields}
        for number in range(MOST_ROWS)
        if any(f"{name}-{number}-{column}" in data for column in question.fields)
    ]
    while rows and not any(value.strip() for value in rows[-1].values()):
        rows.pop()
    return rows


def _read_places(question, data):
    name, known = field_name(question), {f"{site.slug}.{side}": (site.slug, side) for site, side in all_places()}
    return [
        {
            "site": known[value][0],
            "side": known[value][1],
            "score_0_10": data.get(f"{name}-score-{value}", ""),
            **_read_target(data.get(f"{name}-to-{value}", ""), known),
        }
        for value in dict.fromkeys(data.getlist(name))
        if value in known
    ]


def _read_target(value, known):
    """Where a spot spreads to; a value that was never offered stays as it came, for `clean` to refuse."""
    if not value:
        return {}
    site, side = known.get(value, (f"?{value}", ""))
    return {"spreads_to": site, "spreads_side": side}


def _read_grid(question, data):
    grid = {}
    for region in question.regions:
        told = {row.value: data.get(f"{field_name(question)}-{region}-{row.value}", "") for row in question.rows}
        if any(told.values()):
            grid[region] = {movement: effect for movement, effect in told.items() if effect}
    return grid


_READERS = {
    "multi": lambda question, data: data.getlist(field_name(question)),
    "list_of": _read_rows,
    "body_map": _read_places,
    "movement_grid": _read_grid,
}
