"""Loading a clinical table from its data file in a migration."""

import csv


def csv_rows(path):
    """Return the rows of a CSV file as dictionaries, in file order."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def add_missing(apps, schema_editor, label, key, rows):
    """Create the rows whose `key` is not there yet; what the clinic has changed or switched off is left alone."""
    model, using = apps.get_model(label), schema_editor.connection.alias
    known = set(model.objects.using(using).values_list(key, flat=True))
    model.objects.using(using).bulk_create([model(**row) for row in rows if row[key] not in known])
