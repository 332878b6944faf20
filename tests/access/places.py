"""The real keys behind each route: always Ana's rows, so that Ben's place in the matrix is somebody else's."""

from django.contrib.contenttypes.models import ContentType
from django.core import signing

from clinic.website.asking import TICKET

# Which token the holder of a link has on these pages; on the others it is the intake's.
SCOPE = {"invitation": "invitation", "offer": "offer", "checkin:pair": "pairing", "calendar": "calendar"}


def keys(world, name):
    """Return the arguments of the route `name`; an empty dictionary for routes without any."""
    rows = world.ana_rows
    patients = ("desk:patient", "desk:contact", "desk:details", "desk:send_intake", "desk:add_document")
    patients += ("desk:same_person", "desk:intake_paper", "desk:type_in")
    patients += ("desk:notes", "desk:grants", "desk:died", "desk:cover")
    appointments = ("desk:step", "desk:cancel", "desk:move", "desk:undo")
    series = ("desk:series", "desk:series_preview", "desk:series_move", "desk:series_cancel")
    own = {
        "website:requested": {"ticket": signing.dumps(world.request.pk, salt=TICKET)},
        "library:topic": {"slug": world.topic.slug},
        "library:article": {"slug": world.article.slug},
        "desk:invite": {"pk": world.ida.pk},
        "desk:take_down": {"pk": rows.note.pk},
        "desk:end_cover": {"pk": rows.cover.pk},
        "desk:alive": {"pk": world.gone.pk},
        "desk:revoke_grant": {"pk": world.grant.pk},
        "portal:end_acting": {"pk": world.grant.pk},
        "desk:accept_request": {"pk": world.request.pk},
        "desk:answer_request": {"pk": world.call.pk},
        "desk:follow_up": {"which": "missed"},
        "desk:log_call": {"which": "missed", "pk": world.ana.pk},
        "desk:more_timer": {"pk": rows.timer.pk},
        "desk:stop_timer": {"pk": rows.timer.pk},
        "desk:waitlist_offer": {"pk": world.waits.pk},
        "desk:waitlist_withdraw": {"pk": world.waits.pk},
        "desk:accept_offer": {"pk": world.offered.pk},
        "desk:release_offer": {"pk": world.offered.pk},
        "desk:leave": {"pk": world.leaver.pk},
        "desk:acknowledge": {"pk": rows.alert.pk},
        "desk:revoke_device": {"pk": world.device.pk},
        "checkin:code": {"token": world.tokens["checkin"]},
        "portal:sooner": {"pk": rows.coming.pk},
        "portal:leave_waiting": {"pk": world.waits.pk},
        "portal:intake": {"pk": rows.intake.pk},
        "portal:visit": {"pk": rows.visit.pk},
        "portal:visit_file": {"pk": rows.coming.pk},
        "portal:withdraw_calendar": {"pk": world.ana_feed.pk},
        "desk:withdraw_calendar": {"pk": world.feed.pk},
        "portal:document": {"pk": rows.report.pk},
        "portal:check_in_code": {"pk": rows.coming.pk},
        "portal:consent": {"kind": "manipulation"},
        "portal:take_back": {"pk": rows.consent.pk},
        "admin:patients_consent_paper": {"pk": rows.consent.pk},
        "admin:patients_document_file": {"pk": rows.report.pk},
        "portal:article": {"pk": rows.assignment.pk},
        "admin:charting_visit_open": {"pk": rows.coming.pk},
        "admin:charting_give_article": {"pk": world.ana.pk},
        "admin:charting_paper": {"kind": "note", "pk": rows.visit.pk},
        "admin:charting_paper_pdf": {"kind": "note", "pk": rows.visit.pk},
        "admin:charting_referral_add_for": {"pk": world.ana.pk},
        "admin:app_list": {"app_label": "content"},
        "admin:view_on_site": {
            "content_type_id": ContentType.objects.get_for_model(world.article).pk,
            "object_id": world.article.pk,
        },
    }
    own |= {each: {"pk": world.ana.pk} for each in patients} | {each: {"pk": rows.today.pk} for each in appointments}
    own |= {each: {"pk": rows.series.pk} for each in series}
    return own.get(name, {})


def address(world, route, role):
    """Return the path of `route` as this role would open it: only the link's holder has the token."""
    arguments = keys(world, route.name)
    if role == "link_holder":
        arguments = {**arguments, "token": world.tokens[SCOPE.get(route.name, "intake")]}
    return route.address(**arguments)


def person_of(world, role):
    """Whose record this role's portal shows."""
    return world.ben if role == "other_patient" else world.ana
