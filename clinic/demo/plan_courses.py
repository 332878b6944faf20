"""How the plans of the demo went: begun at the first visit, checked, decided, ended; a few are late, held or worse.

Nobody is made up beyond the visits that stand: what a plan says of pain is what its notes say.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from clinic.charting.care import clocks, measuring, plan_clock, plan_templates, planning, progress
from clinic.charting.models import CarePlan, PlanDecision, PlanEvent, PlanGoal, PlanPhase
from patients.models import Task

DAY = timedelta(days=1)
AWAY = 24  # days without a visit after which a plan is over
MORE = 6  # visits more with each decision to go on
FEWEST = 2  # visits before a plan is written
GOALS = {
    "lumbar": ("Lift the grandchild", "Shovel the path", "Sit for 45 minutes"),
    "cervical": ("Look over the shoulder when parking", "Work at the screen for an hour", "Sleep through"),
    "thoracic": ("Rake the garden", "Take a deep breath without a catch", "Carry the shopping"),
}
OTHER = ("Walk for 30 minutes", "Climb two flights of stairs", "Carry the shopping")
AT_HOME = (
    "walk 2 x 15 min, hip hinge 2 x 8",
    "chin tucks 3 x 10, break from sitting every 30 min",
    "walk 20 min a day",
)
STARTS = ("acute_simple", "twelve_in_six", "acute_complicated", "chronic")
GOES_ON = {
    "improved": "",
    "plateau": "Two weeks of hard work at home; technique changed, measured again in four weeks.",
    "unclear": "Function was not asked in time; asked at the next visit.",
    "worse": "Fall on the stairs; examined, nothing new found.",
}
ENDS = {
    "improved": ("goals_met", "Does again what was wished for; exercises go on at home."),
    "plateau": ("plateau", "Stable over two assessments; shown how to go on alone."),
    "unclear": ("non_attendance", "Did not come back; asked by phone, no wish to go on."),
    "worse": ("worse", "Letter to the family doctor went along."),
}
LATE_OF, OPEN_OF, HELD_OF, MAINTAINED_OF = 53, 8, 17, 7  # one of so many
UNANSWERED = 12 * DAY  # for so long nobody answered the clocks of a late one


@dataclass
class Course:
    """One plan in the making, with what is stored beside it."""

    plan: CarePlan
    visits: list
    template: plan_templates.Template
    goals: list = field(default_factory=list)
    events: list = field(default_factory=list)
    decisions: list = field(default_factory=list)

    @property
    def begun(self):
        return self.plan.started_on

    def pains(self, zone, until):
        """[(day, pain)] as the signed notes have them, until a day."""
        told = [(v.visited_at.astimezone(zone).date(), v.pain) for v in self.visits if v.pain is not None]
        return [(day, pain) for day, pain in told if day <= until]


def write(rng, visits, *, now, zone):
    """Write the plans of those who came more than once, with goals, phases, clocks, decisions and tasks, in bulk."""
    today, by_episode = now.astimezone(zone).date(), {}
    for visit in visits:
        if visit.signed_at:
            by_episode.setdefault(visit.episode_id, []).append(visit)
    known = {plan.episode_id: plan for plan in CarePlan.objects.order_by("pk")}
    courses = [
        _course(rng, rows, known.get(episode), now, zone)
        for episode, rows in by_episode.items()
        if len(rows) >= FEWEST and rows[0].patient.deceased_on is None
    ]
    for number, course in enumerate(courses):
        _go(course, number, today, zone)
    _store(courses)
    _ask(courses, today)


def _course(rng, rows, plan, now, zone):
    first, template = rows[0], plan_templates.load()[rng.choice(STARTS)]
    began = first.visited_at.astimezone(zone).date()
    plan = plan or CarePlan(patient=first.patient, episode=first.episode, made_by=first.practitioner.user)
    goals = GOALS.get(first.episode.region, OTHER)
    plan.made_at = first.visited_at + timedelta(minutes=20)
    plan.aim = plan.aim or goals[0]
    plan.started_on, plan.planned_visits = began, template.planned_visits
    plan.first_check_on = began + template.first_check_days * DAY
    plan.stop_rule, plan.home_tasks = template.stop_rule, rng.choice(AT_HOME)
    plan.agreed_at, plan.agreed_by = plan.made_at + timedelta(minutes=5), first.practitioner.user
    plan.agreed_words, plan.checked_at = "The patient, in the room", now
    course = Course(plan, rows, template)
    course.goals = [_goal(rng, plan, what, rows) for what in goals[: rng.choice((2, 3, 3))]]
    return course


def _goal(rng, plan, what, rows):
    """A goal whose score follows the pain of the notes: three points of pain are about three of ability."""
    start, scored = rng.randint(2, 4), [row for row in rows if row.pain is not None]
    goal = PlanGoal(plan=plan, what=what, start=start, target=rng.randint(7, 9))
    goal.target_on = plan.started_on + 42 * DAY
    if len(scored) > 1:
        eased = scored[0].pain - scored[-1].pain
        goal.now = max(0, min(10, start + eased + rng.randint(-1, 1)))
        goal.now_at = scored[-1].visited_at
        goal.reached_at = goal.now_at if goal.now >= goal.target else None
    return goal


# --- what happened on the way


def _go(course, number, today, zone):
    """Answer the clocks of the past as a clinic does: most of them in time, some late."""
    last = course.visits[-1].visited_at.astimezone(zone).date()
    waiting = clocks.first_round(course.begun, course.plan.first_check_on)
    if (today - last).days > AWAY:
        _end(course, min(last + AWAY * DAY, today), zone)
        course.events = [_event(course, clock, min(clock.due_on, today), zone) for clock in waiting]
        return
    until = _answered_until(number, today)
    while waiting:
        clock = waiting.pop(0)
        answered = clock.due_on if clock.due_on <= until else None
        course.events.append(_event(course, clock, answered, zone))
        if answered and clock.kind == clocks.DECISION:
            _decide(course, number, answered, zone)
            waiting += [] if course.plan.is_held else clocks.next_round(answered)
        elif answered and clock.kind == clocks.RE_EXAM:
            kept = sum(day <= answered for day, _pain in course.pains(zone, answered))
            waiting.append(clocks.next_re_exam(answered, kept))


def _answered_until(number, today):
    """The last day whose clocks were answered: today for most, for some what falls due today is still open."""
    if number % LATE_OF == 0:
        return today - UNANSWERED
    return today if number % OPEN_OF else today - DAY


def _event(course, clock, answered, zone):
    event = PlanEvent(plan=course.plan, kind=clock.kind, due_on=clock.due_on, at_visit=clock.at_visit)
    if answered:
        event.done_at, event.done_by = _noon(course, answered, zone), course.plan.made_by
    return event


def _noon(course, day, zone):
    """Noon of that day; before noon of today it is now."""
    return min(datetime.combine(day, time(12), zone), course.plan.checked_at)


def _found(course, day, zone):
    """The progress on that day, by the notes until then; goals are told as they stand now."""
    pains = course.pains(zone, day)
    before, after = (pains[0][1], pains[-1][1]) if len(pains) > 1 else (None, None)
    told = [(int(goal.start), None if goal.now is None else int(goal.now)) for goal in course.goals]
    return progress.judge([progress.pain(before, after), progress.activities(told)], pains)


def _made(course, decision, because, day, zone):
    found = _found(course, day, zone)
    made = PlanDecision(plan=course.plan, decision=decision, because=because, progress=found.flag)
    made.measured, made.day = measuring.rows_to_store(found, []), clocks.day_of(course.begun, day)
    made.decided_at, made.decided_by = _noon(course, day, zone), course.plan.made_by
    course.decisions.append(made)
    return made


def _decide(course, number, day, zone):
    flag = _found(course, day, zone).flag
    if number % HELD_OF == 1:
        course.plan.is_held = True
        _made(course, "hold", "Away for three weeks; comes back afterwards.", day, zone)
    elif flag == progress.IMPROVED and number % MAINTAINED_OF == 2:
        course.plan.is_maintenance = True
        _made(course, "maintenance", "Stable and back at work; wishes to be seen now and then.", day, zone)
    else:
        course.plan.planned_visits += MORE
        _made(course, "continue", GOES_ON[flag], day, zone)


def _end(course, day, zone):
    because, words = ENDS[_found(course, day, zone).flag]
    _made(course, "discharge", words, day, zone)
    plan = course.plan
    plan.ended_at, plan.ended_by = _noon(course, day, zone), plan.made_by
    plan.ended_because, plan.ended_note = because, words


# --- storing


def _store(courses):
    plans = [course.plan for course in courses]
    CarePlan.objects.bulk_create([plan for plan in plans if plan.pk is None])
    CarePlan.objects.bulk_update(
        [plan for plan in plans if plan.pk],
        ["made_at", "aim", "started_on", "planned_visits", "first_check_on", "stop_rule", "home_tasks", "agreed_at",
         "agreed_by", "agreed_words", "is_held", "is_maintenance"],
    )  # fmt: skip
    PlanGoal.objects.bulk_create(goal for course in courses for goal in course.goals)
    PlanPhase.objects.bulk_create(
        PlanPhase(plan=course.plan, name=name, visits=visits, weeks=weeks, order=order)
        for course in courses
        for order, (name, visits, weeks) in enumerate(course.template.phases, start=1)
    )
    PlanEvent.objects.bulk_create(event for course in courses for event in course.events)
    PlanDecision.objects.bulk_create(made for course in courses for made in course.decisions)


def _ask(courses, today):
    """The tasks the worker would have opened by now for what is still open."""
    events = [event for course in courses if not course.plan.is_held for event in course.events]
    due = [event for event in events if event.done_at is None and event.due_on <= today]
    Task.objects.bulk_create(
        Task(
            patient=event.plan.patient,
            kind=Task.Kind.EXAM if event.kind in (clocks.CHECK, clocks.RE_EXAM) else Task.Kind.OTHER,
            title=plan_clock.title_of(event),
            detail=event.plan.episode.complaint,
            key=planning.event_key(event),
            due_on=event.due_on,
            opened_at=event.plan.made_at,
        )
        for event in due
        if event.plan.ended_at is None
    )
