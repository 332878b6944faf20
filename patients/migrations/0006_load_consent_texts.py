"""Take the first version of each consent text from its data file."""

from pathlib import Path

import yaml
from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data" / "consents.yaml"


def load(apps, schema_editor):
    """Add the texts of a kind that has none yet: what the clinic wrote itself is left alone."""
    rows = apps.get_model("patients.ConsentText").objects.using(schema_editor.connection.alias)
    known = set(rows.values_list("kind", flat=True))
    texts = yaml.safe_load(DATA.read_text(encoding="utf-8"))["texts"]
    rows.bulk_create([rows.model(**_trimmed(text)) for text in texts if text["kind"] not in known])


def _trimmed(text):
    """A block of YAML ends in a line break; a text in a form does not."""
    return {name: value.strip() if isinstance(value, str) else value for name, value in text.items()}


class Migration(migrations.Migration):
    dependencies = [("patients", "0005_keep_consents_tasks_merges_and_notes")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
