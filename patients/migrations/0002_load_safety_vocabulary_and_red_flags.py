"""Take the safety vocabulary and the red-flag table from their data files."""

from pathlib import Path

from django.db import migrations

from clinic.database.tables import add_missing, csv_rows

DATA = Path(__file__).resolve().parent.parent / "data"
RED_FLAG_COLUMNS = (
    "id",
    "question",
    "answer_type",
    "points_to",
    "level",
    "rule",
    "escalates_when",
    "unsure_means",
    "patient_advice",
    "staff_action",
    "blocks_booking",
    "blocks_treatments",
    "exam_required",
)


def _term(row):
    same = (
        "slug",
        "label",
        "kind",
        "snomed",
        "icd10cm",
        "medication_terms",
        "medication_form",
        "intake_question",
        "note",
    )
    return {
        **{name: row[name] for name in same},
        "history_counts": row["history_counts"] == "yes",
        "source": row["src"],
    }


def load(apps, schema_editor):
    add_missing(apps, schema_editor, "patients.SafetyTerm", "slug", map(_term, csv_rows(DATA / "conditions.csv")))
    flags = (
        {**{name: row[name] for name in RED_FLAG_COLUMNS}, "source": row["src"]}
        for row in csv_rows(DATA / "red_flags.csv")
    )
    add_missing(apps, schema_editor, "patients.RedFlagRule", "id", flags)


class Migration(migrations.Migration):
    dependencies = [("patients", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
