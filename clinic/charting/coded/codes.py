"""From the treatments of a day to the services a clinic bills for: regions, units, and why. Pure.

The services are the clinic's own words by key (facts 4.4); which code number stands behind one, the clinic enters.
Nothing here sets anything: it advises, and somebody takes it over. Sources: facts 4.3 to 4.5.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from clinic.anatomy import regions, segments
from clinic.charting.coded import modifiers
from clinic.charting.coded.modifiers import Course, Payer, Work
from clinic.charting.coded.units import units_medicare, units_substantial

ADJUSTMENT = "adjustment"
KEY_OF = {
    "ultrasound": "us",
    "estim": "estim_un",
    "massage": "massage",
    "trigger_point": "manual",
    "manual_therapy": "manual",
    "heat": "pack",
    "ice": "pack",
    "traction": "traction_m",
    "exercise": "exercise",
    "neuro_reeducation": "neuro_re",
}
"""The service of each shipped kind of treatment; hands-on current is `estim_at`, adjustments are counted by region."""

TIMED = ("estim_at", "us", "exercise", "neuro_re", "massage", "manual")
"""The services counted in units of 15 minutes, in the order of the bill."""

ORDER = ("cmt_spinal_a", "cmt_spinal_b", "cmt_spinal_c", "cmt_extra", "pack", "traction_m", "estim_un", *TIMED)


@dataclass(frozen=True)
class Given:
    """One treatment as it counts: its kind, the service key when the clinic has said one, where, and how long.

    `segments` are codes of `anatomy.segments`, `regions` those of the safety rules, `minutes` whole minutes one to one,
    `span` (start, end) when both are known, in any unit that can be compared; `is_timed` says that a service of the
    clinic's own is billed by time.
    """

    kind: str
    key: str = ""
    segments: tuple[str, ...] = ()
    regions: frozenset[str] = frozenset()
    minutes: int | None = None
    span: tuple | None = None
    is_attended: bool = False
    is_hands_free: bool = False
    is_timed: bool = False
    has_technique: bool = True

    @property
    def service(self) -> str:
        """The key of its service, or empty where the list has none."""
        return self.key or ("estim_at" if self.kind == "estim" and self.is_attended else KEY_OF.get(self.kind, ""))


@dataclass(frozen=True)
class Line:
    """One service of the day. `blocked` says why it should not be billed as it stands; empty when nothing speaks
    against it."""

    key: str
    units: int
    modifiers: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    blocked: str = ""


@dataclass(frozen=True)
class Advice:
    """The lines of a day, how the time was counted, and what the payer still asks for."""

    lines: tuple[Line, ...] = ()
    arithmetic: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Day:
    """Everything the advice is read from."""

    given: Sequence[Given] = ()
    payer: Payer = field(default_factory=Payer)
    course: Course = field(default_factory=Course)
    diagnoses: Sequence[str] = ()


def advise(day: Day) -> Advice:
    """Return the services of a day with units, modifiers and reasons."""
    minutes = timed_minutes(day.given)
    units = counted(minutes, day.payer.rule)
    lines = [*_adjustment_lines(day), *_other_lines(day, minutes, units), *_examination_lines(day)]
    lines = [_with_modifiers(line, day) for line in sorted(lines, key=_place)]
    return Advice(tuple(lines), arithmetic(minutes, units, day.payer.rule), modifiers.missing(day, lines))


def _place(line: Line) -> tuple[int, str]:
    return (ORDER.index(line.key) if line.key in ORDER else len(ORDER)), line.key


# --- adjustments: by region


def adjusted(given: Iterable[Given]) -> tuple[str, ...]:
    """The segments adjusted in a day."""
    return tuple(code for each in given if each.kind == ADJUSTMENT for code in each.segments)


def spinal_key(count: int) -> str:
    """The service for this many distinct spinal regions: 1 or 2, 3 or 4, 5; empty for none."""
    return "" if count < 1 else "cmt_spinal_a" if count < 3 else "cmt_spinal_b" if count < 5 else "cmt_spinal_c"


def _adjustment_lines(day: Day) -> list[Line]:
    counted_regions = segments.cmt_regions_of(adjusted(day.given))
    spinal = [code for code in regions.SPINAL_CMT if code in counted_regions]
    extra = [code for code in regions.EXTRASPINAL_CMT if code in counted_regions]
    lines = []
    if key := spinal_key(len(spinal)):
        words = (
            _("%(n)s spinal regions adjusted: %(names)s.") if len(spinal) > 1 else _("One spinal region: %(names)s.")
        )
        lines.append(Line(key, 1, because=(words % {"n": len(spinal), "names": _names(spinal)},)))
    if extra:
        words = _("Beside the spine: %(names)s. It counts once, however many.") % {"names": _names(extra)}
        lines.append(Line("cmt_extra", 1, because=(words,)))
    return lines


def _names(codes: Iterable[str]) -> str:
    return ", ".join(str(regions.BY_CODE[code].label) for code in codes)


# --- time: by the payer's rule


def timed_minutes(given: Iterable[Given]) -> dict[str, int]:
    """Minutes one to one of each timed service, in the order of the bill; current beside ultrasound does not count."""
    spent: dict[str, int] = {}
    counting = [each for each in without_simultaneous(given) if not (each.is_hands_free and each.service == "us")]
    own = sorted({each.service for each in counting if each.is_timed and each.service not in TIMED})
    for key in (*TIMED, *own):
        found = [each.minutes or 0 for each in counting if each.service == key]
        if found:
            spent[key] = sum(found)
    return spent


def without_simultaneous(given: Iterable[Given]) -> list[Given]:
    """The treatments without current that ran while ultrasound ran: then ultrasound alone is billed [HNS][FAC]."""
    rows = list(given)
    sounds = [each.span for each in rows if each.service == "us" and each.span]
    return [each for each in rows if not (each.kind == "estim" and each.span and _overlaps(each.span, sounds))]


def _overlaps(span: tuple, others: Iterable[tuple]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


def counted(minutes: Mapping[str, int], rule: str) -> dict[str, int]:
    """Units of each timed service: minutes pooled, or each service alone."""
    count = units_substantial if rule == "each" else units_medicare
    return count(dict(minutes))


def arithmetic(minutes: Mapping[str, int], units: Mapping[str, int], rule: str) -> str:
    """The count in a sentence, so that it can be followed; empty without timed services."""
    if not minutes:
        return ""
    if rule == "each":
        parts = ", ".join(f"{minutes[key]} → {units[key]}" for key in minutes)
        return _("Each service alone, a unit of 15 minutes from its 8th minute on: %(parts)s.") % {"parts": parts}
    total, sum_of = sum(minutes.values()), " + ".join(str(spent) for spent in minutes.values())
    given = {"sum": f"{sum_of} = {total}" if len(minutes) > 1 else total, "units": sum(units.values())}
    return _("Timed minutes together: %(sum)s. A unit is 15, from the 8th minute on: %(units)s in all.") % given


def _other_lines(day: Day, minutes: Mapping[str, int], units: Mapping[str, int]) -> list[Line]:
    kept = without_simultaneous(day.given)
    keys = {each.service for each in day.given if each.service}
    return [_line(key, day, minutes, units, is_kept=any(each.service == key for each in kept)) for key in keys]


def _line(key: str, day: Day, minutes: Mapping[str, int], units: Mapping[str, int], *, is_kept: bool) -> Line:
    if not is_kept:
        return Line(key, 0, blocked=_("It ran while ultrasound ran: only the ultrasound counts."))
    if key == "us" and key not in minutes:
        return Line(key, 0, blocked=_("Hands-free ultrasound is another service than this one."))
    if key not in minutes:
        return Line(key, 1, because=(_untimed(key, day),))
    if not minutes[key]:
        return Line(key, 0, blocked=_("Write the minutes first."))
    if not units[key]:
        return Line(key, 0, blocked=_("%(n)s minutes earn no unit of their own.") % {"n": minutes[key]})
    return Line(key, units[key], because=(_("%(n)s minutes one to one.") % {"n": minutes[key]},))


def _untimed(key: str, day: Day) -> str:
    if key != "estim_un":
        return _("It counts once a day, whatever the minutes.")
    words = _("Unattended current is one unit a day, whatever the regions and minutes.")
    if any(each.service == "us" for each in day.given):
        words += " " + _("If it ran while ultrasound ran, leave it out.")
    return words


# --- examinations, and what a line carries


def _examination_lines(day: Day) -> list[Line]:
    key = {"initial": "em_new", "re_exam": "em_est"}.get(day.course.purpose, "")
    if not key or not day.course.is_examined:
        return []
    return [Line(key, 1, because=(_("Only if it went well beyond the check before treatment, and is written down."),))]


def _with_modifiers(line: Line, day: Day) -> Line:
    found, because, blocked = modifiers.of_line(line.key, _work(line.key, day), day)
    return replace(
        line,
        modifiers=found if not line.blocked else (),
        because=(*line.because, *because),
        blocked=line.blocked or blocked,
    )


def _work(key: str, day: Day) -> Work:
    rows = [each for each in day.given if each.service == key]
    return Work(
        regions=frozenset().union(*(each.regions for each in rows)),
        adjusted=segments.regions_of(adjusted(day.given)),
        minutes=sum(each.minutes or 0 for each in rows),
        has_technique=all(each.has_technique for each in rows),
    )
