"""Import a folder of FHIR records into a throwaway database, twice, and hold the outcome against what is known of it.

For the public synthetic sample of 13 patients: `make check-shared`. Nothing is kept, nothing else reads the sample.
"""

import os
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 30


def main(folder):
    """Run the checks on a database of their own and return the exit status."""
    with tempfile.TemporaryDirectory() as scratch:
        os.environ |= {"DATABASE_URL": f"sqlite:///{scratch}/check.sqlite3", "VAR_DIR": scratch}
        os.environ["DJANGO_SETTINGS_MODULE"] = "clinic.settings"
        sys.path.insert(0, str(ROOT))
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        wrong = [*check_runs(folder), *check_people(), *check_pages()]
    for sentence in wrong:
        print(f"WRONG: {sentence}")
    print("All as expected." if not wrong else f"{len(wrong)} wrong.")
    return bool(wrong)


def check_runs(folder):
    """Import dry, once and again; yield what is wrong with the figures."""
    dry, rows_dry = _run(folder, dry_run=True), _rows()
    first, rows_first = _run(folder), _rows()
    second, rows_second = _run(folder), _rows()
    yield from _unless(sum(rows_dry.values()) == 0, "the dry run kept rows")
    yield from _unless(dry.as_counts() == first.as_counts(), "the dry run counted otherwise than the import")
    yield from _unless(first.counts["Patient"]["created"] == 13, "there are not 13 patients")
    yield from _unless(not (first.broken or second.broken), "there are lines that could not be read")
    yield from _unless(second.total("created") + second.total("changed") == 0, "the second run changed something")
    yield from _unless(rows_first == rows_second, f"the rows differ: {rows_first} and {rows_second}")


def check_people():
    """Yield what is wrong with the alerts: one for osteoporosis, none for what is resolved and for the deceased."""
    from clinic.charting import safety
    from patients.models import ExternalId, Patient

    everybody = list(Patient.objects.all())
    shown = safety.banners(everybody)
    told = safety.patients_with_alert(everybody)
    brittle = [p for p in everybody if any(c.code == "osteoporosis" for c, _level in shown.get(p.pk, []))]
    dead = {p.pk for p in everybody if p.deceased_on}
    over = [c for pairs in shown.values() for c, _level in pairs if c.resolved_on]
    numbers = Counter(system.rsplit("/", 1)[-1] for system in ExternalId.objects.values_list("system", flat=True))
    yield from _unless([p.birth_date for p in brittle] == [date(1927, 5, 21)], "osteoporosis is not on one banner")
    yield from _unless({p.pk for p in brittle} <= told, "the desk sees no alert for osteoporosis")
    yield from _unless(len(dead) == 3 and not dead & told, "the deceased are not three, or one of them has an alert")
    yield from _unless(not over, "something resolved is on a banner")
    yield from _unless(
        all(
            [list(Patient.objects.search(words)) for words in (p.family_name.lower(), f"{p.phone[-4:]} {p.given_name}")]
            == [[p], [p]]
            for p in everybody
        ),
        "somebody is not found by name and phone",
    )
    yield from _unless(not {"us-ssn", "passportNumber"} & numbers.keys(), "numbers of the state were kept")


def check_pages():
    """Yield what is wrong with what people see of the patient with osteoporosis: on chart and note, at the desk."""
    from django.test import Client

    from clinic.accounts.models import User
    from clinic.charting.models import Episode, TreatmentKind, Visit
    from clinic.charting.safety import check
    from clinic.practice.models import ClinicProfile, Location
    from clinic.scheduling.models import Practitioner
    from patients.models import Patient

    ClinicProfile.objects.create(name="Check", set_up_at="2026-01-01T00:00Z")
    place = Location.objects.create(name="Check", time_zone="America/New_York")
    doctor = User.objects.create_user("doctor@example.org", display_name="Doctor", roles=["chiropractor"])
    desk = User.objects.create_user("desk@example.org", display_name="Desk", roles=["receptionist"])
    practitioner = Practitioner.objects.create(user=doctor, name="Doctor", location=place)
    elisa = Patient.objects.get(conditions__code="osteoporosis", deceased_on=None)
    episode = Episode.objects.create(patient=elisa, complaint="Back pain")
    visit = Visit.objects.create(patient=elisa, episode=episode, practitioner=practitioner, opened_by=doctor)

    def page(user, path):
        client = Client(SERVER_NAME="localhost")
        client.force_login(user)
        return client.get(path).content.decode()

    yield from _unless("Osteoporosis" in page(doctor, elisa.get_absolute_url()), "the chart shows no osteoporosis")
    yield from _unless("Osteoporosis" in page(doctor, visit.get_absolute_url()), "the note shows no osteoporosis")
    seen = page(desk, f"/desk/patients/{elisa.pk}/")
    yield from _unless("Clinical alert" in seen, "the desk shows no clinical alert")
    yield from _unless("steoporosis" not in seen, "the desk shows the words of the alert")
    thrust = check(elisa, TreatmentKind.objects.get(slug="adjustment"), {"technique": "drop"}, regions=["lumbar"])
    print(f"A thrust of the low back: {[(c.level, c.rule) for c in thrust.warnings]}")
    yield from _unless(thrust.strictest == "R", "a thrust is not relative for her")


def _run(folder, **options):
    from clinic.fhir import importing
    from clinic.fhir.sources import Sources

    started = time.monotonic()
    report = importing.run(Sources([folder]), **options)
    took = time.monotonic() - started
    print(f"{'dry run' if options else 'import'}: {report.total('created')} created, {took:.1f} s")
    if took > SECONDS:
        report.break_off(folder, f"took longer than {SECONDS} s")
    return report


def _rows():
    from patients.models import Allergy, Condition, ExternalId, Medication, Patient, Procedure, SearchToken

    counted = (Patient, ExternalId, SearchToken, Condition, Medication, Allergy, Procedure, Condition.history.model)
    return {model.__name__: model.objects.count() for model in counted}


def _unless(holds, sentence):
    return [] if holds else [sentence]


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit(f"usage: {Path(sys.argv[0]).name} FOLDER with FHIR records (make check-shared SHARED=...)")
    sys.exit(main(sys.argv[1]))
