"""Take the clinic's first phrases from their data file; what the clinic has written itself is left alone."""

from pathlib import Path

import yaml
from django.db import migrations

from clinic.database.tables import add_missing

FILE = Path(__file__).resolve().parent.parent / "data" / "phrases.yaml"


def _rows():
    for part, phrases in yaml.safe_load(FILE.read_text(encoding="utf-8")).items():
        for place, (short, text) in enumerate(phrases.items(), 1):
            yield {"part": part, "short": short, "text": text, "order": place * 10}


def load(apps, schema_editor):
    add_missing(apps, schema_editor, "charting.Phrase", "short", list(_rows()))


class Migration(migrations.Migration):
    dependencies = [("charting", "0005_chart_whole_visits")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
