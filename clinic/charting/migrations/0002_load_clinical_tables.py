"""Take contraindications, kinds of treatment and diagnosis codes from their data files."""

from pathlib import Path

import yaml
from django.db import migrations

from clinic.database.tables import add_missing, csv_rows

DATA = Path(__file__).resolve().parent.parent / "data"
RULE_COLUMNS = (
    "treatment",
    "trigger",
    "subject",
    "level",
    "scope",
    "regions",
    "level_when",
    "unknown_site",
    "alternative",
    "message",
)


def _rule(row):
    return {"rule_id": row["id"], **{name: row[name] for name in RULE_COLUMNS}, "source": row["src"]}


def _kind(order, entry):
    return {
        "slug": entry["key"],
        "label": entry["label"],
        "is_timed": entry["timed"],
        "attendance": entry["attendance"],
        "definition": entry,
        "evidence_note": entry.get("evidence_note", ""),
        "order": order * 10,
        "is_active": not entry.get("off_by_default", False),
        "source": "facts 4.4, 4.6",
    }


def _code(line):
    code, title, group = line.split("|")
    return {"code": code, "title": title, "group": group}


def load(apps, schema_editor):
    rules = csv_rows(DATA / "contraindications.csv")
    add_missing(apps, schema_editor, "charting.Contraindication", "rule_id", map(_rule, rules))
    kinds = yaml.safe_load((DATA / "treatment_kinds.yaml").read_text(encoding="utf-8"))["kinds"]
    add_missing(apps, schema_editor, "charting.TreatmentKind", "slug", [_kind(n, k) for n, k in enumerate(kinds, 1)])
    lines = (DATA / "icd10cm.psv").read_text(encoding="utf-8").splitlines()
    add_missing(apps, schema_editor, "charting.DiagnosisCode", "code", [_code(line) for line in lines if line])


class Migration(migrations.Migration):
    dependencies = [("charting", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
