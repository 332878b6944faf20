"""Take the services, the later seventh characters of the injuries, and what each code never stands beside."""

from collections import defaultdict
from pathlib import Path

from django.db import migrations, models

from clinic.database.tables import add_missing, csv_rows

DATA = Path(__file__).resolve().parent.parent / "data"


def _lines(name):
    return [line.split("|") for line in (DATA / name).read_text(encoding="utf-8").splitlines() if line]


def _service(order, row, kinds):
    told = {name: row[name] for name in ("key", "label", "attendance", "source")}
    return {**told, "is_timed": bool(row["is_timed"]), "kind_id": kinds.get(row["kind"]), "order": order * 10}


def load(apps, schema_editor):
    using = schema_editor.connection.alias
    kinds = dict(apps.get_model("charting.TreatmentKind").objects.using(using).values_list("slug", "pk"))
    services = [_service(order, row, kinds) for order, row in enumerate(csv_rows(DATA / "services.csv"), 1)]
    add_missing(apps, schema_editor, "charting.ServiceCode", "key", services)
    later = [{"code": code, "title": title, "group": group} for code, title, group in _lines("icd10cm_later.psv")]
    add_missing(apps, schema_editor, "charting.DiagnosisCode", "code", later)
    _tell_excludes(apps.get_model("charting.DiagnosisCode").objects.using(using))


def _tell_excludes(codes):
    told = defaultdict(list)
    for code, pattern, words in _lines("icd10cm_excludes1.psv"):
        told[code].append([pattern, words])
    rows = list(codes.filter(code__in=told))
    for row in rows:
        row.excludes1 = told[row.code]
    codes.bulk_update(rows, ["excludes1"])


class Migration(migrations.Migration):
    dependencies = [("charting", "0006_load_phrases")]
    operations = [
        migrations.AddField(
            "diagnosiscode", "excludes1", models.JSONField(blank=True, default=list, verbose_name="never beside")
        ),
        migrations.AddField(
            "diagnosiscode", "is_picked", models.BooleanField(default=True, verbose_name="is on the pick list")
        ),
        migrations.AddField(
            "visitdiagnosis",
            "because",
            models.CharField(blank=True, max_length=200, verbose_name="why it stands beside a code that excludes it"),
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
