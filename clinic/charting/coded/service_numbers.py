"""The code numbers of a clinic's services, from a file with two columns: key and code.

No number and no description is shipped: the clinic holds the licence for its code set and brings the file.
"""

import csv
import io
import re

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.charting.models import ServiceCode

COLUMNS = ["key", "code"]
NUMBER = re.compile(r"[A-Z0-9]{1,12}")
LARGEST = 64_000  # bytes; a list of services has a few lines
MOST_NAMED = 20


class BadFile(ValueError):
    """A file that is refused whole; `wrong` names each row that is wrong, in words."""

    def __init__(self, wrong):
        super().__init__("; ".join(wrong))
        self.wrong = wrong[:MOST_NAMED]


def read(data):
    """Return {key: code} of a CSV file given as bytes. Raises `BadFile`."""
    try:
        lines = csv.reader(io.StringIO(data.decode("utf-8-sig")), strict=True)
        header = [name.strip().lower() for name in next(lines, [])]
        rows = [(lines.line_num, row) for row in lines if any(cell.strip() for cell in row)]
    except (UnicodeDecodeError, csv.Error):
        raise BadFile([_("This is not a CSV file in UTF-8.")]) from None
    if header != COLUMNS:
        raise BadFile([_("The first line must be: key,code")])
    return _checked(rows)


def _checked(rows):
    known, found, wrong = set(ServiceCode.objects.values_list("key", flat=True)), {}, []
    for number, row in rows:
        key, code = [cell.strip() for cell in row] if len(row) == len(COLUMNS) else ("", "")
        if reason := _why_not(row, key, code.upper(), known, found):
            wrong.append(_("Line %(number)s: %(reason)s") % {"number": number, "reason": reason})
        found[key] = code.upper()
    if not rows:
        wrong.append(_("The file has no row."))
    if wrong:
        raise BadFile(wrong)
    return found


def _why_not(row, key, code, known, found):
    if len(row) != len(COLUMNS):
        return _("two columns are needed.")
    if key not in known:
        return _("there is no service “%(key)s”.") % {"key": key[:30]}
    if key in found:
        return _("“%(key)s” stands twice.") % {"key": key}
    return "" if NUMBER.fullmatch(code) or not code else _("“%(code)s” is no code number.") % {"code": code[:20]}


@transaction.atomic
def take(numbers, *, by):
    """Write the numbers to the services and return how many changed; an empty number takes the old one off."""
    require(by, "service_code.change")
    rows = list(ServiceCode.objects.select_for_update().filter(key__in=numbers).order_by("pk"))
    changed = [row for row in rows if row.code != numbers[row.key]]
    for row in changed:
        row.code = numbers[row.key]
    ServiceCode.objects.bulk_update(changed, ["code"])
    if changed:
        record("service_code.imported", by=by, services=sorted(row.key for row in changed))
    return len(changed)
