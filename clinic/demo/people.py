"""The patients of the demo: invented people of many families, ages and names. Nothing here is saved."""

from datetime import timedelta

from clinic.demo.names import AREAS, CALLED, DESK_NOTES, PEOPLES, PUPIL, RETIRED, STREETS, TOWNS, WORK
from patients.models import Patient
from patients.searching import words

FEMALE, MALE, OTHER = Patient.Sex.FEMALE, Patient.Sex.MALE, Patient.Sex.OTHER
DOMAIN = "demo.example"
PORTAL_EMAIL = f"ana@{DOMAIN}"
WEIGHTS = [len(f"{women} {men}".split()) * len(families.split()) for _, women, men, families in PEOPLES]  # by variety
RELATIONS = ("spouse", "partner", "sister", "brother", "daughter", "son", "friend", "neighbour", "mother")


def invent(rng, count, today):
    """Return `count` unsaved patients; the first is the one with the portal account, the second her child."""
    phones = [f"({area}) 555-01{n:02d}" for area in AREAS for n in range(100)]
    rng.shuffle(phones)
    made, used = _portal_family(today, phones.pop()), set()
    while len(made) < count:
        made += _household(rng, today, phones.pop() if phones else "(503) 555-0199", used)
    made = made[:count]
    _write_emails(rng, made)
    return made


def _portal_family(today, phone):
    """Ana, whose portal the visitor opens, and her son, for whom she may act."""
    home = {"street": "41 Larkspur Row", "city": "Ashbrook", "state": "OR", "postal_code": "97000", "phone": phone}
    ana = Patient(
        given_name="Ana",
        family_name="Sørensen",
        birth_date=_born(today, 47, 130),
        sex=FEMALE,
        pronouns="she/her",
        email=PORTAL_EMAIL,
        preferred_channel=Patient.Channel.EMAIL,
        language="English",
        emergency_name="Mikkel Sørensen",
        emergency_relation="spouse",
        emergency_phone="(971) 555-0142",
        occupation="Landscape gardener",
        work_demands="Shovels, bends, lifts up to 20 kg",
        **home,
    )
    son = Patient(
        given_name="Jonas",
        family_name="Sørensen",
        birth_date=_born(today, 13, 40),
        sex=MALE,
        language="English",
        emergency_name="Ana Sørensen",
        emergency_relation="mother",
        emergency_phone=phone,
        occupation=PUPIL[0],
        work_demands=PUPIL[1],
        **home,
    )
    return [ana, son]


def _born(today, years, days):
    """A birth date that makes somebody `years` old today."""
    return today - timedelta(days=round(years * 365.25) + days % 360)


def _household(rng, today, phone, used):
    """One to four people at one address with one phone; children come with an adult."""
    language, women, men, families = rng.choices(PEOPLES, WEIGHTS)[0]
    family = rng.choice(families.split())
    town, code = rng.choice(TOWNS)
    home = {
        "family_name": family.replace("-", " ") if family.startswith(("Ó-", "Mac-")) else family,
        "street": f"{rng.randint(2, 480)} {rng.choice(STREETS)}",
        "city": town,
        "state": "OR",
        "postal_code": code,
        "phone": phone,
        "language": language if language and rng.random() < 0.45 else "English",
    }
    ages = _ages(rng)
    women, men = (_unused(rng, names.split(), family, used) for names in (women, men))
    members = [_person(rng, today, age, women, men, home) for age in ages]
    used.update((member.given_name.replace(" ", "-"), family) for member in members)
    return members


def _unused(rng, names, family, used):
    """The names in random order, those that no other patient of this family name has at the end, where one is taken."""
    names = rng.sample(names, len(names))
    return sorted(names, key=lambda name: (name, family) not in used)


def _ages(rng):
    first = rng.choices(
        (rng.randint(18, 34), rng.randint(35, 54), rng.randint(55, 69), rng.randint(70, 89), rng.randint(90, 97)),
        weights=(20, 36, 26, 15, 3),
    )[0]
    ages = [first]
    if first >= 24 and rng.random() < 0.16:
        ages.append(max(19, min(96, first + rng.randint(-6, 6))))
    if 30 <= first <= 54 and rng.random() < 0.16:
        ages += [rng.randint(7, 17) for _ in range(rng.randint(1, 2))]
    return ages


def _person(rng, today, age, women, men, home):
    sex = rng.choices((FEMALE, MALE, OTHER), weights=(54, 44, 2))[0]
    given = (men if sex == MALE else women if sex == FEMALE else women + men).pop()
    given = given.replace("-", " ") if rng.random() < 0.5 else given
    work = PUPIL if age < 18 else RETIRED if age > 67 else rng.choice(WORK)
    adult = age >= 18
    return Patient(
        given_name=given,
        preferred_name=CALLED.get(given, "") if rng.random() < 0.5 else "",
        birth_date=_born(today, age, rng.randint(1, 350)),
        sex=sex,
        gender="non-binary" if sex == OTHER else "",
        pronouns={FEMALE: "she/her", MALE: "he/him", OTHER: "they/them"}[sex] if rng.random() < 0.3 else "",
        preferred_channel=rng.choice(("phone", "sms", "sms", "email")) if adult else "phone",
        emergency_name=f"{(women + men)[0]} {home['family_name']}",
        emergency_relation=rng.choice(RELATIONS) if adult else "mother",
        emergency_phone=f"({rng.choice(AREAS)}) 555-01{rng.randint(0, 99):02d}" if adult else home["phone"],
        occupation=work[0],
        work_demands=work[1],
        desk_note=rng.choice(DESK_NOTES) if rng.random() < 0.04 else "",
        **home,
    )


def _write_emails(rng, people):
    """Give three of four adults an address of their own at the demo's domain."""
    used = {PORTAL_EMAIL}
    for person in people:
        if person.email or person.occupation == PUPIL[0] or rng.random() < 0.25:
            continue
        plain = ".".join("".join(words(name)) for name in (person.given_name, person.family_name))
        local, number = plain, 2
        while f"{local}@{DOMAIN}" in used:
            local, number = f"{plain}{number}", number + 1
        person.email = f"{local}@{DOMAIN}"
        used.add(person.email)
