"""Bring the shipped contraindications up to date; a rule that the clinic has changed stays as the clinic wrote it."""

from pathlib import Path

from django.db import migrations

from clinic.database.tables import add_missing, csv_rows

DATA = Path(__file__).resolve().parent.parent / "data"
COLUMNS = (
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
    return {"rule_id": row["id"], **{name: row[name] for name in COLUMNS}, "source": row["src"]}


def bring_up_to_date(apps, schema_editor):
    """Add the rules that are new, and let those the clinic has not changed say what the table says now."""
    rules = [_rule(row) for row in csv_rows(DATA / "contraindications.csv")]
    add_missing(apps, schema_editor, "charting.Contraindication", "rule_id", rules)
    model = apps.get_model("charting.Contraindication")
    untouched = model.objects.using(schema_editor.connection.alias).filter(changed_at=None)
    kept = {row.rule_id: row for row in untouched}
    behind = [(kept[rule["rule_id"]], rule) for rule in rules if rule["rule_id"] in kept]
    for row, rule in behind:
        vars(row).update(rule)
    untouched.bulk_update([row for row, _rule in behind], [*COLUMNS, "source"], batch_size=50)


class Migration(migrations.Migration):
    dependencies = [("charting", "0003_plan_examine_and_decide_on_imaging")]
    # The rules as they were before are not kept anywhere; the newer ones fit the older code as well.
    operations = [migrations.RunPython(bring_up_to_date, migrations.RunPython.noop)]
