"""The report of findings: what brought somebody, what was found, what it means, what is planned. For the patient.

In plain words, without a promise: what may help is said to be that.
"""

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.anatomy import segments
from clinic.charting import notes, plain_words
from clinic.charting.course.complaint_course import course_of, plan_of
from clinic.charting.findings import finding_words
from clinic.charting.models import Examination
from clinic.charting.papers import findings_meaning
from patients.models import SelfCareItem


def content(episode):
    """Return what the template of the report shows of one complaint."""
    course, plan = course_of(episode), plan_of(episode)
    return {
        "title": _("Report of findings"),
        "episode": episode,
        "course": course,
        "region": finding_words.region_words(episode.region),
        "plain": plain_findings(course.found) if course.found else [],
        "found": finding_words.lines(course.found) if course.found else [],
        "means": findings_meaning.MEANS[episode.driver],
        "duration": findings_meaning.DURATION.get(episode.phase_on(_day(course)), ""),
        "plan": plan,
        "planned": _planned(plan),
        "self_care": _self_care(episode),
        "spare": _spared(course.found),
        "signs": findings_meaning.signs_of(episode.region),
        "same_day": findings_meaning.SAME_DAY,
    }


def _day(course):
    if course.found:
        return notes.day_of(course.found)
    return timezone.localdate(course.last_at or course.episode.opened_at)


def plain_findings(visit):
    """Return sentences for the patient: which joints, which muscles, what the nerves and the other tests showed."""
    told = [_joints(visit), _muscles(visit), *_examined(visit)]
    return [sentence for sentence in told if sentence]


def _joints(visit):
    """The segments by region: "Stiff or tender joints: low back (L4 R, L5 R)." """
    by_region: dict[str, list[str]] = {}
    for row in visit.segment_findings.all():
        region = segments.BY_CODE[row.segment].region if row.segment in segments.BY_CODE else ""
        by_region.setdefault(region, []).append(segments.describe(row.segment, row.side))
    places = [f"{_short(region)} ({', '.join(marks)})" for region, marks in by_region.items()]
    return _("Stiff or tender joints: %(where)s.") % {"where": "; ".join(places)} if places else ""


def _short(region):
    """ "low back (lumbar)" without the Latin."""
    return finding_words.region_words(region).split(" (")[0] or _("spine")


def _muscles(visit):
    names = [finding_words.muscle_words(row) for row in visit.muscle_findings.all()]
    told = "; ".join(name[:1].lower() + name[1:] for name in names)
    return _("Tight or tender muscles: %(where)s.") % {"where": told} if told else ""


def _examined(visit):
    normal = Examination.Result.NORMAL
    rows = list(visit.examinations.all())
    if fine := [row.get_part_display().lower() for row in rows if row.result == normal]:
        yield _("Looked at, and nothing unusual: %(what)s.") % {"what": ", ".join(fine)}
    for row in rows:
        if row.result != normal:
            yield f"{row.get_part_display()}: {row.note.rstrip('.')}."
    limited = [row for row in visit.ranges_of_motion.all() if row.is_painful]
    if limited:
        said = ", ".join(f"{_short(row.region)} {row.get_movement_display().lower()}" for row in limited)
        yield _("Movements that hurt: %(what)s.") % {"what": said}
    if odd := [row for row in visit.nerve_tests.all() if row.result != "normal"]:
        n = len(odd)
        yield ngettext("One nerve test was not as usual.", "%(n)s nerve tests were not as usual.", n) % {"n": n}


def _planned(plan):
    """The planned treatments in the words patients use, once each."""
    rows = plan.treatments.all() if plan else ()
    told = [str(plain_words.CALLED.get(row.kind.slug, row.kind.label)) for row in rows if row.ended_at is None]
    return [capfirst(words) for words in dict.fromkeys(told)]


def _self_care(episode):
    """What the patient was given to do; the item's own words."""
    return list(SelfCareItem.objects.of(episode.patient).filter(ended_at=None).order_by("given_at", "pk")[:12])


def _spared(visit):
    return (visit.spare_movement, visit.spare_until) if visit and visit.spare_movement else None
