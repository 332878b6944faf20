"""More ways to measure, and two more ways in which a score is given: on paper and by phone.

The questionnaires of other authors come as a place for their scores; their text is not shipped.
"""

from django.db import migrations, models

from clinic.database.tables import add_missing

# slug, name, lowest, highest, lower is better, points, percent, source
ROWS = [
    ("spasms", "Spasms a week", 0, 200, True, 200, 30, "Own rule: 30 % of the start; no number of points counts alone"),
    ("rmdq", "Roland-Morris, 0 to 24", 0, 24, True, 5, 30, "Roland and Morris 1983; Ostelo 2008: 5 points or 30 %"),
    ("psfs", "Own activities, 0 to 10", 0, 10, False, 2, None, "Stratford 1995: 2.0 for the mean, 3.0 for one activity"),
    ("global_change", "Change in all, -3 to 3", -3, 3, False, 2, None, "Own scale of seven steps; two steps, own rule"),
    ("odi", "Oswestry, 0 to 100 %", 0, 100, True, 10, 30, "ODI 2.1a, Fairbank 1980, all rights reserved: score only; "
     "Ostelo 2008: 10 points or 30 %"),
    ("ndi", "Neck disability, 0 to 50", 0, 50, True, 5, None, "Vernon 1991, copyright of the author: score only; 5 points"),
]  # fmt: skip
NAMES = (
    *("slug", "name", "lowest", "highest", "lower_is_better"),
    *("change_points", "change_percent", "source"),
)


def load(apps, schema_editor):
    add_missing(apps, schema_editor, "outcomes.Measure", "slug", [dict(zip(NAMES, row, strict=True)) for row in ROWS])


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0003_add_check_in")]
    operations = [
        migrations.AlterField(
            model_name="response",
            name="mode",
            field=models.CharField(
                choices=[
                    ("intake", "Intake"),
                    ("visit", "At the visit"),
                    ("check_in", "Check-in"),
                    ("paper", "On paper"),
                    ("phone", "By phone"),
                ],
                max_length=10,
                verbose_name="given",
            ),
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
