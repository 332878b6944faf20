"""`make screenshots`: every page of a fresh demo clinic in real Chromium at 1440, 1024 and 375 px, light and dark.

Pictures go to var/screenshots; `--readme` also renews the ones in docs/pictures that the README shows.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "var" / "screenshots"
PORT = os.environ.get("SHOTS_PORT", "8123")
BASE = f"http://localhost:{PORT}"
ONE_SCREEN = {
    "desk",
    "desk-dialog",
    "desk-week",
    "desk-rooms",
    "desk-series",
    "chart-home",
    "travel-card",
    "travel-card-crash",
    "travel-card-same",
}  # they scroll inside
SEEN = {"desk-series": "#series"}  # what stands at the upper edge of the picture
PRESS = {"desk-dialog": "n", "travel-card-same": "l"}  # what is pressed on a page before its picture is taken
README_PICTURES = (
    *("desk-1440", "desk-series-1440", "checkin-820"),
    *("travel-card-1440", "portal-375", "library-1440"),
    *("chart-review-1440", "intake-movement-375"),
    *("chart-patient-1440", "chart-outcomes-1440"),
)
UPPER = {  # px of a long page that the README shows
    "chart-review-1440": 1220,
    "intake-movement-375": 1220,
    "chart-patient-1440": 1000,
    "chart-outcomes-1440": 1000,
}
WIDTHS = {1440: 900, 1024: 768, 375: 812}
TABLET = {820: 1180, 375: 812}
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


def prepare(folder):
    """Point Django at a throwaway database and fill it."""
    os.environ |= {"DATABASE_URL": f"sqlite:///{folder}/clinic.sqlite3", "VAR_DIR": str(folder), "SITE_URL": BASE,
                   "DJANGO_SETTINGS_MODULE": "clinic.settings", "DJANGO_ALLOW_ASYNC_UNSAFE": "true"}  # fmt: skip
    sys.path.insert(0, str(ROOT))
    for command in (["migrate", "--verbosity", "0"], ["demo", "--quiet"]):
        subprocess.run([sys.executable, str(ROOT / "manage.py"), *command], check=True, cwd=ROOT)
    import django

    django.setup()


def serve():
    """Start the server and wait until it answers."""
    command = [sys.executable, "-m", "gunicorn", "clinic.wsgi:application", "--bind", f"127.0.0.1:{PORT}",
               "--threads", "4", "--log-level", "error"]  # fmt: skip
    child = subprocess.Popen(command, cwd=ROOT)
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{BASE}/healthz", timeout=2)  # noqa: S310 - our own server
        except OSError:
            time.sleep(0.1)
        else:
            return child
    child.kill()
    raise SystemExit("The server did not start.")


def session_of(role):
    """Return a session key of the demo's account with this role."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from clinic.accounts.models import User

    user = User.objects.filter(role_grants__role=role).order_by("pk")[0]
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]  # just signed in
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return session.session_key


def tablet_cookies():
    """Return {name: value} of a tablet that is paired now, with somebody standing before it."""
    from django.http import HttpResponse
    from django.utils import timezone

    from clinic.accounts import device_cookie, devices, links
    from clinic.accounts.models import User
    from clinic.practice.models import Location
    from clinic.reception import kiosk_state
    from clinic.scheduling.models import Appointment

    rita = User.objects.filter(role_grants__role="receptionist").order_by("pk")[0]
    device, code = devices.add(name="Tablet by the door", location=Location.objects.active()[0], by=rita)
    soon = Appointment.objects.filter(patient__isnull=False, check_in=None, starts_at__gte=timezone.now())
    visit = soon.order_by("starts_at")[0]
    paper = HttpResponse()
    device_cookie.give(paper, devices.pair(links.find("pairing", code)))
    kiosk_state.keep(paper, kiosk_state.Standing(device.pk, [visit.pk], is_told=True, is_urgent=True))
    return {name: cookie.value for name, cookie in paper.cookies.items()}


def pages():
    """Return [(name, path, role)]: one address per screen, found in the demo's own rows."""
    from clinic.accounts import links
    from clinic.charting.models import Contraindication, PlannedTreatment, TreatmentKind, Visit
    from content.models import Article
    from patients import intake
    from patients.models import Patient

    ana = Patient.objects.filter(user__isnull=False)[0]
    opened = links.make("intake", intake.open_intake(ana).pk)
    draft = Visit.objects.unsigned().filter(practitioner__user__isnull=False).order_by("-visited_at").first()
    signed = Visit.objects.signed().order_by("-visited_at")[0]
    crash = Visit.objects.unsigned().filter(episode__mechanism="crash").first() or signed
    held = PlannedTreatment.objects.current().exclude(since_strictest="").order_by("since_strictest").first()
    planned = held.plan.patient if held else ana
    article = Article.objects.published()[0]
    rule = Contraindication.objects.get(rule_id="smt_hvla.osteoporosis")
    ultrasound = TreatmentKind.objects.get(slug="ultrasound")
    return [
        ("home", "/", None), ("library", "/library/", None), ("article", article.get_absolute_url(), None),
        ("request", "/request/", None), ("sign-in", "/accounts/login/", None),
        ("intake", f"/intake/{opened}/", None), ("intake-pain", f"/intake/{opened}/pain/", None),
        ("intake-movement", f"/intake/{opened}/provoking/", None),
        ("intake-goals", f"/intake/{opened}/goals/", None), ("intake-read", f"/intake/{opened}/read-through/", None),
        ("intake-link-gone", "/intake/no-such-link/", None), *spanish_pages(),
        ("desk-intake-paper", f"/desk/patients/{ana.pk}/intake/paper/", "receptionist"),
        ("desk", "/desk/", "receptionist"), ("desk-dialog", "/desk/", "receptionist"),
        ("desk-week", "/desk/week/", "receptionist"), ("desk-rooms", "/desk/?by=rooms", "receptionist"),
        ("desk-print", "/desk/print/", "receptionist"), ("desk-patients", "/desk/patients/", "receptionist"),
        ("desk-patient", f"/desk/patients/{ana.pk}/", "receptionist"),
        ("desk-cover", f"/desk/patients/{ana.pk}/cover/", "receptionist"),
        ("admin-services", "/admin/charting/servicecode/", "clinic_admin"),
        ("admin-service-numbers", "/admin/charting/servicecode/numbers/", "clinic_admin"),
        ("desk-book", "/desk/book/", "receptionist"),
        ("desk-devices", "/desk/devices/", "receptionist"), *waiting_pages(), *away_pages(), *series_pages(),
        ("checkin", "/checkin/", "kiosk"), ("checkin-together", "/checkin/together/", "kiosk"),
        ("checkin-feel", "/checkin/feel/", "kiosk"), ("checkin-stop", "/checkin/stop/", "kiosk"),
        ("checkin-seat", "/checkin/seat/", "kiosk"),
        ("desk-follow-up", "/desk/follow-up/no_next/", "receptionist"),
        ("desk-timer", "/desk/timers/start/", "receptionist"),
        ("chart-home", "/admin/", "chiropractor"),
        ("travel-card", draft.get_absolute_url() if draft else "/admin/charting/visit/", "chiropractor"),
        ("travel-card-measuring", f"{(draft or signed).get_absolute_url()}?opened=measuring", "chiropractor"),
        ("signed-note", signed.get_absolute_url(), "chiropractor"),
        ("chart-patient", ana.get_absolute_url(), "chiropractor"),
        ("travel-card-crash", f"{crash.get_absolute_url()}?kind=adjustment", "chiropractor"),
        ("chart-plan", f"{planned.get_absolute_url()}?tab=plan", "chiropractor"),
        ("admin-patients", "/admin/patients/patient/", "chiropractor"), *merge_pages(),
        ("admin-rules", "/admin/charting/contraindication/", "chiropractor"),
        ("admin-rule", f"/admin/charting/contraindication/{rule.pk}/change/", "clinic_admin"),
        ("admin-kinds", "/admin/charting/treatmentkind/", "clinic_admin"),
        ("admin-kind-add", "/admin/charting/treatmentkind/add/", "clinic_admin"),
        ("admin-kind", f"/admin/charting/treatmentkind/{ultrasound.pk}/change/", "clinic_admin"),
        ("admin-devices", "/admin/charting/equipment/", "chiropractor"),
        ("device-log", "/admin/charting/treatmentapplied/", "chiropractor"),
        ("travel-card-ultrasound", f"{draft.get_absolute_url()}?kind=ultrasound", "chiropractor"), *same_pages(),
        ("admin-rule-add", "/admin/charting/contraindication/add/", "clinic_admin"),
        ("portal", "/portal/", "patient"), ("portal-visits", "/portal/visits/", "patient"),
        ("portal-calendar", "/portal/calendar/", "patient"), ("desk-calendars", "/desk/calendars/", "chiropractor"),
        ("portal-documents", "/portal/documents/", "patient"), ("portal-consents", "/portal/consents/", "patient"),
        ("portal-consent", "/portal/consents/manipulation/sign/", "patient"),
        ("intake-consents", f"/intake/{opened}/consents/", None),
        ("chart-consents", f"{ana.get_absolute_url()}?tab=consents", "chiropractor"),
        ("consent-paper", f"/admin/patients/patient/consent/{signed_by_hand()}/", "chiropractor"),
        ("desk-document", f"/desk/patients/{ana.pk}/document/", "receptionist"),
        ("chart-documents", f"{ana.get_absolute_url()}?tab=documents", "chiropractor"),
        ("chart-risks", f"{ana.get_absolute_url()}?tab=risks", "chiropractor"),
        ("portal-self-care", "/portal/self-care/", "patient"),
        ("portal-reading", "/portal/reading/", "patient"), ("portal-record", "/portal/record/", "patient"),
        *around_pages(), *review_pages(), *paper_pages(), *plan_pages(), *outcome_pages(), *history_pages(),
    ]  # fmt: skip


def outcome_pages():
    """Return the outcomes and the overview of somebody with a plan and many scores."""
    from django.db.models import Count

    from patients.models import Patient

    planned = Patient.objects.filter(care_plans__ended_at=None, care_plans__isnull=False, deceased_on=None)
    told = planned.annotate(n=Count("responses", distinct=True)).order_by("-n", "pk")[0].get_absolute_url()
    return [
        ("chart-outcomes", f"{told}?tab=outcomes", "chiropractor"),
        ("chart-outcomes-all", f"{told}?tab=outcomes&range=all", "chiropractor"),
        ("chart-outcomes-enter", f"{told}?tab=outcomes&enter=psfs", "chiropractor"),
        ("chart-overview", told, "chiropractor"),
    ]


def plan_pages():
    """Return the tab on which a first plan is written, empty and begun from a starting point."""
    from clinic.charting.care import plan_templates
    from clinic.charting.models import Episode
    from patients.models import Patient

    waiting = Episode.objects.filter(closed_at=None, care_plans=None).values("patient")
    found = Patient.objects.filter(pk__in=waiting, care_plans=None, deceased_on=None).order_by("pk").first()
    if found is None:
        return []
    tab, start = f"{found.get_absolute_url()}?tab=plan", next(iter(plan_templates.load()))
    return [("chart-plan-new", tab, "chiropractor"), ("chart-plan-start", f"{tab}&from={start}", "chiropractor")]


def same_pages():
    """Return the note of somebody whose last visit held much, on which "same as last" is pressed."""
    from django.db.models import Count

    from clinic.charting import notes
    from clinic.charting.models import Visit
    from clinic.scheduling.models import Appointment

    rich = Visit.objects.signed().annotate(given=Count("treatments")).filter(given__gte=3).values("patient")
    coming = Appointment.objects.filter(patient__in=rich, visit=None, practitioner__user__isnull=False)
    coming = coming.filter(starts_at__gt=Visit.objects.latest("visited_at").visited_at, patient__deceased_on=None)
    if (row := coming.order_by("starts_at", "pk").first()) is None:
        return []
    note = notes.open_visit(row, by=row.practitioner.user)
    return [("travel-card-same", note.get_absolute_url(), "chiropractor")]


def review_pages():
    """Return the pages of somebody who handed in a second health history, and of the first note that it begins."""
    from clinic.charting import notes
    from patients.models import Condition, Patient

    again = Patient.objects.filter(intakes__version=2, intakes__submitted_at__isnull=False)[0]
    said, chart = Condition.objects.of(again).to_confirm()[0], again.get_absolute_url()
    found = [
        ("chart-review", f"{chart}?tab=intake", "chiropractor"),
        ("chart-correct", f"{chart}?tab=intake&correct={said.pk}", "chiropractor"),
        ("chart-history", f"{chart}?tab=history", "chiropractor"),
        ("chart-alerts", f"{chart}?tab=alerts", "chiropractor"),
        ("desk-details", f"/desk/patients/{again.pk}/details/", "receptionist"),
    ]
    coming = again.appointments.filter(visit=None, practitioner__user__isnull=False).order_by("starts_at").first()
    if coming:
        note = notes.open_visit(coming, by=coming.practitioner.user)
        found.append(("travel-card-first", note.get_absolute_url(), "chiropractor"))
    return found


def paper_pages():
    """Return the tab of letters, a letter in writing and one that waits, and each paper that is printed."""
    from clinic.charting.models import CarePlan, Referral, Visit

    open_letter, sent = Referral.objects.filter(sent_at=None)[0], Referral.objects.exclude(sent_at=None)[0]
    plan, note = CarePlan.objects.current()[0], Visit.objects.signed().order_by("-visited_at")[0]
    paper, letter = "/admin/charting/referral/paper", "/admin/charting/referral"
    found = [
        ("chart-letters", f"{sent.patient.get_absolute_url()}?tab=letters"),
        ("letter-new", f"{letter}/for/{plan.patient_id}/?kind=referral"),
        ("letter-open", f"{letter}/{open_letter.pk}/change/"),
        ("letter-sent", f"{letter}/{sent.pk}/change/"),
        ("paper-note", f"{paper}/note/{note.pk}/"),
        ("paper-findings", f"{paper}/findings/{plan.episode_id}/"),
        ("paper-letter", f"{paper}/letter/{sent.pk}/"),
        ("paper-summary", f"{paper}/summary/{sent.patient_id}/"),
    ]
    return [(name, path, "chiropractor") for name, path in found]


def history_pages():
    """Return the line of time, events, readers, a note in error, and the registers."""
    from clinic.charting.models import AdverseEvent, Visit, VisitMark
    from patients.models import Patient

    ana, event = Patient.objects.filter(user__isnull=False)[0], AdverseEvent.objects.open().latest("pk")
    wrong = Visit.objects.get(marks__kind=VisitMark.Kind.ENTERED_IN_ERROR)
    hers, theirs = ana.get_absolute_url(), event.patient.get_absolute_url()
    return [
        ("chart-timeline", f"{hers}?tab=timeline", "chiropractor"),
        ("chart-events", f"{theirs}?tab=events", "chiropractor"),
        ("chart-readers", f"{hers}?tab=audit", "chiropractor"),
        ("note-in-error", wrong.get_absolute_url(), "chiropractor"),
        ("admin-events", "/admin/charting/adverseevent/", "chiropractor"),
        ("admin-alike", "/admin/reports/alike-notes/", "chiropractor"),
    ]


def around_pages():
    """Return the pages around a person: notes, needs, who may act, somebody who has died."""
    from patients.models import Patient, ProxyGrant, StickyNote

    noted, granted = StickyNote.objects.up().latest("pk").patient, ProxyGrant.objects.latest("pk").patient
    needy = Patient.objects.exclude(access_needs="").order_by("pk")[0]
    dead = Patient.objects.exclude(deceased_on=None).order_by("pk")[0]
    return [
        ("desk-notes", f"/desk/patients/{noted.pk}/notes/", "receptionist"),
        ("desk-grants", f"/desk/patients/{granted.pk}/grants/", "receptionist"),
        ("desk-needs", f"/desk/patients/{needy.pk}/", "receptionist"),
        ("desk-contact", f"/desk/patients/{needy.pk}/contact/", "receptionist"),
        ("desk-needs-book", f"/desk/book/?patient={needy.pk}", "receptionist"),
        ("desk-died", f"/desk/patients/{needy.pk}/died/", "receptionist"),
        ("desk-dead", f"/desk/patients/{dead.pk}/", "receptionist"),
        ("chart-needs", needy.get_absolute_url(), "chiropractor"),
        ("chart-dead", dead.get_absolute_url(), "chiropractor"),
        ("portal-acting", "/portal/acting/", "patient"),
    ]


def spanish_pages():
    """Return pages of the health history of somebody who speaks Spanish, and what stops them."""
    from clinic.accounts import links
    from patients import intake
    from patients.models import Patient

    speakers = Patient.objects.filter(language="Spanish", deceased_on=None, merged_into=None).order_by("pk")[:2]
    if len(speakers) < 2:
        return []
    asked, stopped = (intake.open_intake(one) for one in speakers)
    intake.save_page(stopped, page="red_flags", answers={"RF01": "yes", "RF02": "no"}, done=False)
    first, second = (links.make("intake", one.pk) for one in (asked, stopped))
    return [
        ("intake-es", f"/intake/{first}/", None), ("intake-es-flags", f"/intake/{first}/red_flags/", None),
        ("intake-es-pain", f"/intake/{first}/pain/", None), ("intake-es-stop", f"/intake/{second}/stop/", None),
    ]  # fmt: skip


def signed_by_hand():
    """Return the number of a consent with a drawn signature."""
    from patients.models import Consent

    return Consent.objects.filter(text__kind="manipulation", is_given=True).exclude(drawing=[]).latest("pk").pk


def waiting_pages():
    """Return the pages of the waiting list: adding to it, offering a time, and what who is offered one sees."""
    from clinic.accounts import links
    from clinic.scheduling.freed import ready
    from clinic.scheduling.models import WaitlistOffer

    waits, offer = ready(), WaitlistOffer.objects.open().first()
    found = [("desk-waiting-offer", f"/desk/waiting/{waits[0].pk}/offer/", "receptionist")] if waits else []
    found += (
        [("desk-waiting-add", f"/desk/waiting/add/?patient={waits[0].patient_id}", "receptionist")] if waits else []
    )
    return found + ([("offer", f"/offer/{links.make('offer', offer.pk)}/", None)] if offer else [])


def merge_pages():
    """Return the pages on which two records of one person are found, proposed, reviewed and taken apart again."""
    from django.urls import reverse

    from patients.models import Merge

    waiting, joined = Merge.objects.waiting().first(), Merge.objects.in_force().first()
    if waiting is None or joined is None:
        return []
    same = f"/desk/patients/{waiting.kept_id}/same/"
    return [
        ("merge-list", "/admin/patients/merge/", "clinic_admin"),
        ("merge-likely", "/admin/patients/merge/likely/", "clinic_admin"),
        *(
            (name, reverse("admin:patients_merge_change", args=[merge.pk]), "clinic_admin")
            for name, merge in (("merge-review", waiting), ("merge-joined", joined))
        ),
        ("desk-same", same, "receptionist"),
        ("desk-same-propose", f"{same}?with={waiting.absorbed_id}", "receptionist"),
    ]


def away_pages():
    """Return the pages of an absence of the busiest practitioner and of a family, with their proposals."""
    from django.db.models import Count
    from django.utils import timezone

    from clinic.scheduling.models import Appointment
    from patients.models import Patient

    now = timezone.now()
    ahead = Appointment.objects.filter(starts_at__gt=now, status__in=("booked", "confirmed")).order_by()
    busiest = ahead.values("practitioner").annotate(n=Count("pk")).order_by("-n").first()
    if not busiest:
        return []
    who = busiest["practitioner"]
    first = timezone.localdate(ahead.filter(practitioner=who).order_by("starts_at")[0].starts_at)
    family = "&".join(f"p={p.pk}" for p in Patient.objects.order_by("pk")[:3])
    return [
        ("desk-away", f"/desk/away/?practitioner={who}&from_day={first}&reason=Away", "receptionist"),
        ("desk-family", f"/desk/family/?{family}&practitioner={who}&day={first}&near=10:00", "receptionist"),
    ]


def series_pages():
    """Return the booking form with a series in it that runs into a day on which its practitioner is away."""
    from django.utils import timezone

    from clinic.scheduling.models import TimeOff, VisitKind
    from patients.models import Patient

    away = (
        TimeOff.objects.filter(starts_at__gt=timezone.now(), practitioner__isnull=False).order_by("starts_at").first()
    )
    if away is None:
        return []
    kinds = {kind.slug: kind.pk for kind in VisitKind.objects.all()}
    who, day = Patient.objects.filter(merges_absorbed=None).order_by("-pk")[0], timezone.localdate(away.starts_at)
    asked = (
        f"patient={who.pk}&practitioner={away.practitioner_id}&kind={kinds['adjustment']}&at={day}T10:15"
        f"&series=on&per_week=2&weeks=3&then={kinds['re-examination']}"
    )
    return [("desk-series", f"/desk/book/?{asked}", "receptionist")]


def take(wanted):
    """Render the wanted pages (all when empty) and return the paths of the pictures."""
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    chosen = [page for page in pages() if not wanted or page[0] in wanted]
    roles = {role for _, _, role in chosen if role}
    cookies = {role: {"sessionid": session_of(role)} for role in roles - {"kiosk"}}
    made, faults = [], []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=QUIET)
        for name, path, role in chosen:
            sizes, wide = (TABLET, 820) if role == "kiosk" else (WIDTHS, 1440)
            for width, scheme in [*((w, "light") for w in sizes), (wide, "dark"), (375, "dark")]:
                context = browser.new_context(viewport={"width": width, "height": sizes[width]}, color_scheme=scheme)
                held = tablet_cookies() if role == "kiosk" else cookies.get(role, {})
                context.add_cookies([{"name": key, "value": value, "url": BASE} for key, value in held.items()])
                tab = context.new_page()
                tab.on("console", lambda m, n=name: faults.append(f"{n}: {m.text}") if m.type == "error" else None)
                tab.goto(BASE + path)
                if name in PRESS:
                    tab.keyboard.press(PRESS[name])
                    tab.wait_for_timeout(700)
                if name in SEEN:
                    tab.locator(SEEN[name]).evaluate("part => part.scrollIntoView()")
                made.append(OUT / f"{name}-{width}{'-dark' if scheme == 'dark' else ''}.png")
                tab.screenshot(path=made[-1], full_page=name not in ONE_SCREEN)
                context.close()
        browser.close()
    for fault in sorted(set(faults)):
        print("console:", fault)
    return made


def show(name):
    """Copy a picture to where the README finds it; of a long page its upper part."""
    from PIL import Image

    with Image.open(OUT / f"{name}.png") as picture:
        height = min(picture.height, UPPER.get(name, picture.height))
        picture.crop((0, 0, picture.width, height)).save(ROOT / "docs/pictures" / f"{name}.png", optimize=True)


def main(arguments):
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder)
        server = serve()
        try:
            made = take({word for word in arguments if not word.startswith("--")})
        finally:
            server.terminate()
            server.wait()
    if "--readme" in arguments:
        (ROOT / "docs/pictures").mkdir(parents=True, exist_ok=True)
        for name in README_PICTURES:
            if (OUT / f"{name}.png").exists():
                show(name)
    print(f"{len(made)} pictures in {OUT}")


if __name__ == "__main__":
    main(sys.argv[1:])
