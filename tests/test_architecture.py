"""Who may import whom: the list is the test. Doors on top, records below, nothing points up or sideways."""

import ast
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
LINES = """
11  clinic.urls clinic.settings clinic.admin_site clinic.demo clinic.worker
11  clinic.backup clinic.admin_config clinic.wsgi clinic.asgi
10  clinic.website clinic.reception clinic.portal
 9  clinic.fhir clinic.reports
 8  clinic.billing
 7  clinic.charting
 6  clinic.outcomes
 5  clinic.scheduling
 4  content
 3  patients
 2  clinic.accounts
 1  clinic.messaging
 0  clinic.audit clinic.practice clinic.anatomy
-1  clinic.database clinic.environment
"""
LINE = {name: int(number) for number, *names in map(str.split, LINES.strip().splitlines()) for name in names}
# Line 11 is the top of the house: the settings name everything, the addresses lead to every door, and so on.
TOP_KNOWS_ITSELF = {"clinic.urls", "clinic.admin_site", "clinic.worker", "clinic.demo"}


def package_of(module):
    """Return the package on the list that `module` belongs to, or None for modules from outside."""
    parts = module.split(".")
    if parts[0] == "clinic":
        return ".".join(parts[:2]) if len(parts) > 1 else None
    return parts[0] if parts[0] in {"patients", "content"} else None


def imports_of(source, module):
    """Yield the modules that `source` imports, inside functions too; relative ones are made absolute."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = module.split(".")[: -node.level] if node.level else []
            stem = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            yield stem
            yield from (f"{stem}.{alias.name}" for alias in node.names)


def violations(source, module):
    """Return one sentence per import that points up or sideways."""
    here, found = package_of(module), []
    for name in imports_of(source, module):
        there = package_of(name)
        if there is None or there == here or there == "clinic.__init__":
            continue
        if there not in LINE:
            if name.count(".") == 1 and not (ROOT / name.replace(".", "/")).exists():
                continue  # a name of the package itself, not a module
            found.append(f"{module}: {there} has no line")
        elif LINE[there] > LINE[here] or (LINE[there] == LINE[here] and here not in TOP_KNOWS_ITSELF):
            found.append(f"{module} (line {LINE[here]}) imports {there} (line {LINE[there]})")
    return sorted(set(found))


def modules():
    """Yield (module, source) of the whole house."""
    for folder in ("clinic", "patients", "content"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path.read_text()


def test_every_package_has_a_line():
    folders = {f"clinic.{p.name}" for p in (ROOT / "clinic").iterdir() if p.is_dir() and (p / "__init__.py").exists()}
    files = {f"clinic.{p.stem}" for p in (ROOT / "clinic").glob("*.py") if p.stem != "__init__"}
    assert (folders | files) - set(LINE) == set()


def test_imports_point_downwards_only():
    found = [fault for name, source in modules() if name != "clinic" for fault in violations(source, name)]
    assert found == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("patients.models.people", "from clinic.scheduling.models import Appointment"),
        ("clinic.charting.notes", "def f():\n    import clinic.portal.views"),
        ("clinic.portal.views", "from clinic.reception import views"),
        ("clinic.audit.models", "from clinic.practice.models import Location"),
        ("content.views", "from clinic import charting"),
    ],
)
def test_the_guard_catches_a_planted_import(module, line):
    assert len(violations(line, module)) == 1


def upward_relations(models):
    """Return one sentence per foreign key that points at a row of a higher line."""
    found = []
    for model in models:
        here = LINE.get(package_of(model.__module__) or "")
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if here is None or target is None or field.auto_created or not field.concrete:
                continue
            there = LINE.get(package_of(target.__module__) or "")
            if there is not None and there > here:
                found.append(f"{model._meta.label}.{field.name} points up at {target._meta.label}")
    return found


def test_rows_point_downwards_only():
    assert upward_relations(apps.get_models()) == []


def test_the_guard_catches_a_planted_relation(monkeypatch):
    from patients.models import Alert

    monkeypatch.setitem(LINE, "clinic.accounts", 9)
    assert "patients.Alert.acknowledged_by points up at accounts.User" in upward_relations([Alert])


def test_no_junk_drawer_module():
    names = {name.rsplit(".", 1)[-1] for name, _ in modules()}
    assert names & {"utils", "helpers", "common", "core", "services", "misc", "signals"} == set()
