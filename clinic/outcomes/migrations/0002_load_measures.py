"""The measure every clinic starts with: pain from 0 to 10."""

from django.db import migrations

from clinic.database.tables import add_missing


def load(apps, schema_editor):
    add_missing(
        apps,
        schema_editor,
        "outcomes.Measure",
        "slug",
        [
            {
                "slug": "nrs_pain",
                "name": "Pain 0 to 10",
                "lowest": 0,
                "highest": 10,
                "lower_is_better": True,
                "change_points": 2,
                "change_percent": 30,
                "source": "Ostelo 2008: 2 points or 30 %",
            }
        ],
    )


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
