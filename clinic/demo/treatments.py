"""What was given at a demo visit: settings that fit the kind and the phase, each checked against the safety rules."""

from dataclasses import asdict

from clinic.anatomy import sites
from clinic.anatomy.regions import safety_region
from clinic.charting import safety
from clinic.charting.contraindications import rules
from clinic.charting.contraindications.rule_table import rule_from_row
from clinic.charting.kinds import parameters
from clinic.charting.kinds.treating import regions_treated
from clinic.charting.models import Contraindication, TreatmentApplied, TreatmentKind
from clinic.demo import cabinet
from clinic.demo.complaints import OVERRIDE

SIDES = {"L": "left", "R": "right", "B": "both", "": "midline"}
PLANS = {  # kinds for a short and a long visit; the first is always tried
    "adjustment": (("adjustment",), ("adjustment", "trigger_point"), ("adjustment", "heat")),
    "adjustment-therapy": (
        ("adjustment", "ultrasound", "massage"),
        ("adjustment", "estim", "heat"),
        ("adjustment", "massage", "exercise"),
        ("adjustment", "estim", "massage"),
        ("adjustment", "manual_therapy", "exercise"),
    ),
    "first-visit": (("adjustment",), ("massage", "heat"), ("manual_therapy",)),
    "re-examination": (("adjustment", "exercise"), ("exercise",)),
}
TAKES_DOSE = {"acute": (0.3, 20), "subacute": (0.8, 50), "chronic": (1.2, 100), "": (0.5, 50)}


class Bench:
    """Builds treatments. Reads the tables once; remembers what the rules said for the same use."""

    def __init__(self, rng, today):
        self.rng, self.today = rng, today
        self.kinds = {kind.slug: kind for kind in TreatmentKind.objects.all()}
        self.rules_version = safety.rules_version()
        rows = Contraindication.objects.filter(is_enabled=True)
        self.rules = [
            rule_from_row({**{c: getattr(row, c) for c in safety.COLUMNS}, "id": row.rule_id, "src": row.source})
            for row in rows
        ]
        self.facts, self.told = {}, {}
        self.cabinet = cabinet.in_use(today)

    def know(self, patient):
        """Read what is known of this patient's health; call it for those who have something."""
        self.facts[patient.pk] = safety.known_of(patient).facts

    def warnings(self, patient, kind, values, regions, side):
        """Return what the rules say, strictest first as stored with a note, and the condition behind the first."""
        age = patient.age_on(self.today)
        whose = patient.pk if patient.pk in self.facts else None
        key = (whose, age, kind.slug, values.get("technique"), values.get("mode"), tuple(regions), side)
        if key not in self.told:
            use = rules.Use(
                treatments=parameters.treatment_slugs(kind.definition, values),
                regions=frozenset(regions),
                side=side,
                parameters=values,
            )
            found = rules.evaluate(self.rules, self.facts.get(patient.pk, ()), use, age=age)
            told = [safety.caution_of(finding) for finding in found]
            cause = found[0].fact.code if found and found[0].fact else ""
            self.told[key] = [asdict(one) for one in told], cause
        return self.told[key]

    def give(self, visit, slug, story, marks, side, response, user):
        """Return one unsaved treatment, or None when the rules refuse it or nobody would give a reason for it."""
        kind, phase = self.kinds[slug], visit.episode.phase_on(visit.visited_at.date())
        values = SETTINGS[slug](self.rng, story, marks, side, phase, response)
        gentle = visit.patient_id in self.facts or not 16 <= visit.patient.age_on(self.today) <= 70
        if gentle:
            values = _gently(slug, values)
        regions = regions_treated(marks) if slug == "adjustment" else [_region(story)]
        found, subject = self.warnings(visit.patient, kind, values, regions, side)
        strictest = found[0]["level"] if found else ""
        if strictest == "A" or (strictest == "R" and subject not in OVERRIDE):
            return None
        overridden = strictest == "R"
        return TreatmentApplied(
            visit=visit,
            kind=kind,
            segments=list(marks) if slug == "adjustment" else [],
            regions=regions,
            side=side,
            minutes=values.get("minutes"),
            parameters=values,
            response=response,
            strictest=strictest,
            warnings=found,
            rules_version=self.rules_version,
            override_reason=OVERRIDE[subject] if overridden else "",
            overridden_by=user if overridden else None,
            performed_by=user,
            supervised_by=None if user == visit.practitioner.user else visit.practitioner.user,
            recorded_at=visit.visited_at,
            **cabinet.given_with(self.cabinet.get(slug, ()), visit, values.get("minutes")),
        )


def _region(story):
    """The region of the safety rules in which the treated site lies."""
    return safety_region(sites.BY_SLUG[story.site].region)


def _gently(slug, values):
    """The same treatment with low force and light pressure."""
    softer = {"adjustment": {"technique": "instrument"}, "massage": {"pressure": "light", "technique": "effleurage"}}
    return {**values, **softer.get(slug, {})}


def _adjustment(rng, story, marks, side, phase, response):
    technique = rng.choices(("diversified_hvla", "drop", "instrument", "flexion_distraction"), (5, 4, 2, 1))[0]
    return {
        "segments": list(marks),
        "listing": rng.choice(("Restricted to the right", "Restricted to the left", "Posterior", "Flexion restricted")),
        "technique": technique,
        "position": {"cervical": "supine"}.get(story.region, rng.choice(("prone", "side_left", "side_right"))),
        "response": response,
        "reaction": "soreness" if rng.random() < 0.08 else "none",
        "cavitation": rng.choice(("yes", "no", "not_noted")),
    }


def _ultrasound(rng, story, marks, side, phase, response):
    intensity, duty = TAKES_DOSE[phase]
    minutes = rng.choice((6, 8, 8, 10))
    return {
        "frequency_mhz": 3 if story.region == "cervical" else 1,
        "intensity": intensity,
        "duty_percent": duty,
        "minutes": minutes,
        "area": minutes * 10,
        "moving": "yes",
        "medium": "gel",
        **_at(story, side),
        **_skin(rng),
        "response": response,
    }


def _estim(rng, story, marks, side, phase, response):
    tens = rng.random() < 0.5
    current = (
        {"mode": "tens_conventional", "frequency_hz": rng.choice((80, 100, 120)), "pulse_us": 100}
        if tens
        else {"mode": "ifc", "frequency_hz": 100, "pulse_us": 125, "beat_hz": 100, "carrier_hz": 4000}
    )
    return {
        **current,
        "intensity_felt": "sensory",
        "minutes": rng.choice((10, 12, 15)),
        "pad_count": 2 if tens else 4,
        "attended": "no",
        **_at(story, side),
        **_skin(rng),
    }


def _massage(rng, story, marks, side, phase, response):
    return {
        "technique": rng.choice(("effleurage", "petrissage", "stripping", "deep_tissue")),
        "muscles": list(story.muscles[:2]),
        "side": SIDES[side],
        "minutes": rng.choice((8, 10, 15)),
        "pressure": rng.choice(("light", "moderate", "moderate", "firm")),
        "position": "prone",
        "response": response,
    }


def _trigger_point(rng, story, marks, side, phase, response):
    return {
        "muscle": story.muscles[0],
        "side": SIDES[side],
        "referral": rng.choice(("Stays local", "Into the buttock", "Up to the head", "Between the shoulder blades")),
        "seconds": rng.choice((30, 45, 60, 90)),
        "grade": rng.randint(2, 3),
        "method": "press",
        "minutes": 5,
        "response": response,
    }


def _manual(rng, story, marks, side, phase, response):
    region = sites.BY_SLUG[story.site].region
    return {"technique": "myofascial", "regions": [region], "minutes": rng.choice((8, 10)), "response": response}


def _heat(rng, story, marks, side, phase, response):
    return {
        "heat_type": "moist_pack",
        "minutes": rng.choice((10, 12, 15)),
        "layers": 6,
        "sensation_tested": "yes",
        **_at(story, side),
        **_skin(rng),
    }


def _exercise(rng, story, marks, side, phase, response):
    return {
        "exercise": story.exercise,
        "sets": rng.choice((2, 3)),
        "reps": rng.choice((8, 10, 12)),
        "hold_s": rng.choice((5, 10)),
        "load": "own weight",
        "minutes": rng.choice((8, 10)),
        "home_copy": "yes",
    }


def _at(story, side):
    return {"site": story.site, "side": SIDES[side]}


def _skin(rng):
    return {"skin_pre": "clear", "skin_post": rng.choice(("clear", "clear", "pink"))}


SETTINGS = {
    "adjustment": _adjustment,
    "ultrasound": _ultrasound,
    "estim": _estim,
    "massage": _massage,
    "trigger_point": _trigger_point,
    "manual_therapy": _manual,
    "heat": _heat,
    "exercise": _exercise,
}
