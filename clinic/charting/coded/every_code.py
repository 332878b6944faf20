"""Every billable diagnosis code of an edition, read from a package that works offline."""

from collections.abc import Iterator
from importlib import import_module, metadata
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.charting.coded.code_rules import read_excludes
from clinic.charting.models import DiagnosisCode

PACKAGE, MODULE = "simple-icd-10-cm", "simple_icd_10_cm"
RENEWED = ("title", "excludes1", "source")  # a code of the pick list keeps its group and stays on the list
BATCH = 2000


class NoPackage(Exception):
    """The package with the edition is not installed."""


def load() -> tuple[int, list[str]]:
    """Fill `DiagnosisCode` and return how many codes the edition has, and which of ours are no longer in it.

    Told twice it changes nothing; codes of earlier editions stay, because notes name them. Raises `NoPackage`.
    """
    edition, source = _edition()
    known = set(DiagnosisCode.objects.values_list("code", flat=True))
    read: set[str] = set()
    with transaction.atomic():
        for rows in _batches(edition, source):
            read.update(row.code for row in rows)
            DiagnosisCode.objects.bulk_create(
                rows, update_conflicts=True, unique_fields=["code"], update_fields=list(RENEWED)
            )
    return len(read), sorted(known - read)


def _edition() -> tuple[Any, str]:
    try:
        return import_module(MODULE), f"ICD-10-CM, CDC, {PACKAGE} {metadata.version(PACKAGE)}"
    except (ImportError, metadata.PackageNotFoundError) as missing:
        raise NoPackage(PACKAGE) from missing


def _batches(edition: Any, source: str) -> Iterator[list[DiagnosisCode]]:
    batch: list[DiagnosisCode] = []
    for code in dict.fromkeys(edition.get_all_codes(True)):  # a block of one category has that category's name
        if "-" in code or not edition.is_leaf(code):
            continue
        batch.append(_row(edition, code, source))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _row(edition: Any, code: str, source: str) -> DiagnosisCode:
    """One code with what it, or a heading above it, excludes."""
    above = edition.get_ancestors(code)
    excludes = [pair for each in (code, *above) for pair in read_excludes(edition.get_excludes1(each))]
    group = _("chapter %(number)s") % {"number": above[-1]} if above else ""
    title = edition.get_description(code)[:250]
    return DiagnosisCode(code=code, title=title, group=group, excludes1=excludes, is_picked=False, source=source[:120])
