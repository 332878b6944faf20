"""What an import has done, as a small table with the reasons below it, and the bar while it runs."""

from collections import Counter, defaultdict

from django.utils.translation import gettext as _

CREATED, CHANGED, MATCHED, REPEATED, SKIPPED = "created", "changed", "matched", "repeated", "skipped"
COLUMNS = ("read", CREATED, CHANGED, MATCHED, REPEATED, SKIPPED)
SHOWN = 40  # lines of each list; the rest is only counted
BAR = 30


class Report:
    """Counts per resource: read, then created, changed, matched (known already), repeated (folded) or skipped."""

    def __init__(self):
        self.counts = defaultdict(Counter)
        self.reasons = Counter()
        self.broken = []
        self.notes = []
        self.files = 0

    def count(self, kind, what, times=1):
        """Add to one figure of the table."""
        self.counts[kind][what] += times

    def skip(self, kind, reason):
        """Count a resource that is not taken over, and why."""
        self.counts[kind][SKIPPED] += 1
        self.reasons[kind, str(reason)] += 1

    def break_off(self, where, why):
        """Note a line or entry that could not be read."""
        self.broken.append(f"{where}: {why}")

    def note(self, where, text):
        """Note something a person should look at; `text` names no health data."""
        self.notes.append(f"{where}: {text}")

    def total(self, what):
        """One figure over all resources."""
        return sum(counts[what] for counts in self.counts.values())

    def as_counts(self):
        """The figures without zeros, for the audit log."""
        return {kind: {k: n for k, n in sorted(row.items()) if n} for kind, row in sorted(self.counts.items())}

    def lines(self):
        """The report as lines of text."""
        yield from _table(self.counts)
        yield from _listed(_("Skipped, and why:"), [f"{kind}, {n}x: {why}" for (kind, why), n in self._by_weight()])
        yield from _listed(_("Please look at:"), self.notes)
        yield from _listed(_("Not readable (nothing else was lost):"), self.broken)

    def _by_weight(self):
        return sorted(self.reasons.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))


class Bar:
    """A bar on a terminal; silent where `stream` is a file or a pipe."""

    def __init__(self, stream, total):
        self.stream, self.total, self.shown = stream, max(total, 1), -1
        self.is_on = bool(getattr(stream, "isatty", bool)())

    def show(self, done):
        """Draw the bar anew when its percentage has changed."""
        percent = min(100, 100 * done // self.total)
        if self.is_on and percent != self.shown:
            self.shown = percent
            filled = BAR * percent // 100
            self.stream.write(f"\r[{'#' * filled}{'.' * (BAR - filled)}] {percent:3d} %")
            self.stream.flush()

    def clear(self):
        """Take the bar away."""
        if self.is_on:
            self.stream.write("\r" + " " * (BAR + 10) + "\r")
            self.stream.flush()


def _table(counts):
    heads = (_("read"), _("created"), _("changed"), _("matched"), _("repeated"), _("skipped"))
    width = max([len(kind) for kind in counts] + [8])
    yield " " * width + "".join(f"{head:>10}" for head in heads)
    for kind, row in sorted(counts.items()):
        yield f"{kind:<{width}}" + "".join(f"{row[column]:>10}" for column in COLUMNS)


def _listed(title, rows):
    if rows:
        yield ""
        yield title
        yield from (f"  {row}" for row in rows[:SHOWN])
    if len(rows) > SHOWN:
        yield "  " + _("and %(more)s more") % {"more": len(rows) - SHOWN}
