"""Reading the two matrices. They are written by hand and are no part of the application."""

import csv
from dataclasses import dataclass
from pathlib import Path

from tests.access.routes import all_routes
from tests.access.world import ROLES

HERE = Path(__file__).parent
STAFF_ROLES = ("receptionist", "therapist", "chiropractor", "clinic_admin", "it_superuser")
MODEL_PAGES = ("changelist", "add", "history", "delete", "change")


@dataclass(frozen=True)
class Cell:
    """What one role gets from one method of one route."""

    route: str
    method: str
    role: str
    answer: str
    data: str
    shows: str

    def __str__(self):
        return f"{self.method} {self.route} {self.role}"


def rows(name="matrix.csv"):
    """Return the rows of a matrix as dictionaries."""
    with (HERE / name).open(newline="") as file:
        return list(csv.DictReader(file, restval="-"))  # the last column, kiosk, stands only where it matters


def cells():
    """Return every cell that says something."""
    return [
        Cell(row["route"], row["method"], role, row[role], row["data"], row["shows"])
        for row in rows()
        for role in ROLES
        if row.get(role, "-") != "-"
    ]


def admin_letters():
    """Return {model label: {role: letters}}: V view, A add, C change, D delete."""
    return {row["model"]: {role: row[role] for role in STAFF_ROLES} for row in rows("admin_matrix.csv")}


def by_name():
    """Return {name: Route} of every route that is named in `matrix.csv` (pages of a model have their own matrix)."""
    return {route.name: route for route in all_routes() if not is_model_page(route)}


def is_model_page(route, models=None):
    """Is this the list, the form, the history ... of a model that `admin_matrix.csv` knows?"""
    models = admin_letters() if models is None else models
    folders = {f"admin/{label.replace('.', '/')}/" for label in models}
    folder = "/".join(route.pattern.split("/", 3)[:3]) + "/"
    is_stock = route.name.rpartition("_")[2] in MODEL_PAGES or route.name.endswith("<path:object_id>/")
    return route.pattern.startswith("admin/") and folder in folders and is_stock


def missing_and_stale(routes, known, models):
    """Return (routes without a row, rows without a route) as (name, method) pairs."""
    named = [route.name for route in routes if not is_model_page(route, models)]
    walked = {(name, method) for name in named for method in ("GET", "POST")}
    return sorted(walked - known), sorted(known - walked)
