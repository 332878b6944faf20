"""Every page of every model in the admin, for every role, as `admin_matrix.csv` says (T029, T031-T034)."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from clinic.audit.models import AuditEvent
from content.models import Article
from tests.access import oracle, tables
from tests.access.test_matrix import denials, seen
from tests.access.world import CLINICAL, ROLES, browser

pytestmark = pytest.mark.django_db
LETTERS = oracle.admin_letters()
PAIRS = [(label, role) for label in LETTERS for role in oracle.STAFF_ROLES]
LOGS = ("django_admin_log",)
# What a button of a change page sends where an empty form is no answer to the question "may this role change it?".
PRESSED = {
    "patients.patient": {"do": "add:condition", "condition-label": "Gout", "condition-certainty": "confirmed"},
    "charting.visit": {"do": "save"},
}


@pytest.fixture(scope="module")
def before(built):
    return tables.stand(*LOGS)


def row_of(world, label):
    """One row of the model; Ana's where it belongs to a patient."""
    own = {
        "charting.visit": world.ana_rows.draft, "patients.patient": world.ana, "content.assignment":
        world.ana_rows.assignment, "content.article": world.article, "accounts.user": world.tess,
    }  # fmt: skip
    return own.get(label) or apps.get_model(label)._base_manager.order_by("pk").first()


def url(world, label, page):
    arguments = [row_of(world, label).pk] if page in ("change", "history", "delete") else []
    return reverse(f"admin:{label.replace('.', '_')}_{page}", args=arguments)


def answers(world, label, role):
    """Return {question: answer} for the pages of one model."""
    ask = browser(world, role)
    found = {page: seen(ask.get(url(world, label, page))) for page in oracle.MODEL_PAGES}
    found["add it"] = seen(ask.post(url(world, label, "add"), {}))
    found["change it"] = seen(ask.post(url(world, label, "change"), PRESSED.get(label, {})))
    found["delete it"] = seen(ask.post(url(world, label, "delete"), {"post": "yes"}))
    return found


def allowed(letters):
    """Return which questions of `answers` these letters answer with yes."""
    asked = {"changelist": "V", "history": "V", "change": "V", "add": "A", "add it": "A", "change it": "C"}
    return {question: letter in letters for question, letter in {**asked, "delete": "D", "delete it": "D"}.items()}


@pytest.mark.parametrize(("label", "role"), PAIRS)
def test_the_pages_of_a_model_open_as_its_letters_say(world, label, role):
    expected = allowed(LETTERS[label][role])
    found = answers(world, label, role)
    assert {question: answer != "403" for question, answer in found.items()} == expected
    assert [q for q, answer in found.items() if expected[q] and answer not in ("ok", "302", "409", "422")] == []


@pytest.mark.parametrize(("label", "role"), [pair for pair in PAIRS if not LETTERS[pair[0]][pair[1]]])
def test_a_refused_model_changes_nothing_and_each_refusal_is_written_down(world, before, label, role):
    denied = denials()
    found = answers(world, label, role)
    assert set(found.values()) == {"403"}
    assert denials() - denied == len(found)
    assert tables.changed(before, *LOGS) == []


@pytest.mark.parametrize("label", LETTERS)
def test_whoever_may_view_finds_the_row_itself(world, label):
    """Positive control: the list and the page show real rows."""
    role = next(role for role in oracle.STAFF_ROLES if "V" in LETTERS[label][role])
    listed = browser(world, role).get(url(world, label, "changelist"))
    shown = listed.context["cl"]
    assert row_of(world, label).pk in {found.pk for found in shown.queryset}
    assert f'href="{shown.url_for_result(shown.result_list[0])}' in listed.content.decode()


@pytest.mark.parametrize("role", [role for role in ROLES if role not in oracle.STAFF_ROLES])
def test_nobody_from_outside_opens_a_page_of_a_model(world, role):
    expected = "login" if role in ("anonymous", "link_holder", "kiosk") else "403"
    found = {answer for label in LETTERS for answer in answers(world, label, role).values()}
    assert found == {expected}


# --- reading a text letter by letter through the address of a list (T031)

HOSTILE = {
    "patients.patient": (
        *("visits__subjective__startswith", "conditions__label__startswith", "alerts__points_to__contains"),
        *("intakes__answers__contains", "user__password__startswith", "medications__label__regex", "desk_note__gt"),
    ),
    "charting.visit": ("subjective__startswith", "patient__conditions__label__startswith", "signed_by__password__gt"),
    "accounts.user": ("password__startswith", "patient__visits__plan__contains", "patient__birth_date__lt"),
    "messaging.message": ("text__contains", "subject__startswith", "html__regex"),
    "content.assignment": ("patient__conditions__label__startswith", "assigned_by__password__startswith"),
    "content.author": ("user__password__startswith", "user__patient__visits__plan__contains"),
    "content.article": ("reviewer__password__startswith", "assignments__patient__family_name__startswith"),
    "scheduling.practitioner": ("user__password__startswith", "visits__subjective__startswith"),
    "scheduling.room": ("appointments__patient__family_name__startswith", "appointments__reason__contains"),
    "scheduling.timeoff": ("practitioner__visits__plan__contains", "practitioner__user__password__gt"),
    "audit.auditevent": ("details__contains", "hash__startswith"),
}


@pytest.mark.parametrize("role", oracle.STAFF_ROLES)
def test_an_address_filters_by_nothing_but_what_the_list_offers(world, role):
    answered = {}
    for label, lookups in HOSTILE.items():
        for lookup in lookups:
            answer = browser(world, role).get(url(world, label, "changelist"), {lookup: "a"}).status_code
            if answer not in ((400, 302) if "V" in LETTERS[label][role] else (403,)):  # 302: ?e=1, without a filter
                answered[f"{label} {lookup}"] = answer
    assert answered == {}


def test_the_filters_a_list_offers_do_filter(world):
    """Positive control: the answer 400 is not what every address gets."""
    found = browser(world, "chiropractor").get(url(world, "charting.visit", "changelist"), {"signed_at__isempty": "1"})
    assert found.status_code == 200
    drafts = {world.ana_rows.draft.pk, world.ben_rows.draft.pk}
    assert {row.pk for row in found.context["cl"].queryset} == drafts


# --- autocomplete (T032)


def suggested_fields():
    """Every field of a registered model that points at another model."""
    for model in admin.site._registry:
        for field in model._meta.get_fields():
            if field.is_relation and not field.auto_created and field.related_model:
                yield model._meta, field


@pytest.mark.parametrize("role", oracle.STAFF_ROLES)
def test_suggestions_come_only_from_models_the_role_may_view(world, role):
    leaking = []
    for meta, field in suggested_fields():
        asked = {"app_label": meta.app_label, "model_name": meta.model_name, "field_name": field.name, "term": ""}
        answer = browser(world, role).get("/admin/autocomplete/", asked)
        letters = LETTERS.get(field.related_model._meta.label_lower, {}).get(role, "")
        if answer.status_code not in (403, 404) and "V" not in letters:
            leaking.append((meta.label_lower, field.name))
        assert [word for word in CLINICAL.values() if word in answer.content.decode()] == []
    assert leaking == []


# --- actions (T033)


@pytest.mark.parametrize(("label", "role"), PAIRS)
def test_no_action_of_a_list_deletes(world, before, label, role):
    sent = {"action": "delete_selected", "_selected_action": [row_of(world, label).pk], "post": "yes"}
    answer = browser(world, role).post(url(world, label, "changelist"), sent)
    assert answer.status_code in ((200, 302) if "V" in LETTERS[label][role] else (403,))
    assert tables.changed(before, *LOGS) == []


@pytest.mark.parametrize("role", ["therapist", "chiropractor", "it_superuser"])
def test_who_may_not_publish_does_not_publish_by_an_action(world, role):
    sent = {"action": "publish", "_selected_action": [world.draft.pk]}
    browser(world, role).post(url(world, "content.article", "changelist"), sent)
    assert Article.objects.get(pk=world.draft.pk).status == "draft"


# --- what a list or a page of one row must not say


@pytest.mark.parametrize("role", ["clinic_admin", "it_superuser"])
def test_the_outbox_shows_neither_codes_nor_texts(world, role):
    """Whoever could read a waiting sign-in code could be anybody."""
    pages = [browser(world, role).get(url(world, "messaging.message", page)) for page in ("changelist", "change")]
    assert [page.status_code for page in pages] == [200, 200]
    assert [page for page in pages if "4711-0815" in page.content.decode()] == []


@pytest.mark.parametrize("role", ["clinic_admin", "it_superuser"])
def test_an_account_shows_no_password_hash(world, role):
    page = browser(world, role).get(url(world, "accounts.user", "change"))
    assert page.status_code == 200
    assert world.tess.password not in page.content.decode()


@pytest.mark.parametrize("label", LETTERS)
@pytest.mark.parametrize("key", ["0", "-1", "99999999", str(2**63), "abc", "1 or 1=1"])
def test_a_row_that_is_not_there_is_404_and_written_down(world, label, key):
    role = next(role for role in oracle.STAFF_ROLES if "V" in LETTERS[label][role])
    for page in ("change", "history"):
        path = url(world, label, page).replace(f"/{row_of(world, label).pk}/", f"/{key}/")
        denied = denials()
        assert browser(world, role).get(path).status_code == 404
        assert denials() - denied == 1


def test_a_role_is_not_granted_to_oneself(world):
    """T035: neither with the form of the own account nor by naming a role that the form does not offer."""
    for role, user in (("clinic_admin", world.olga), ("it_superuser", world.ivan)):
        path = reverse("admin:accounts_user_change", args=[user.pk])
        sent = {
            "display_name": user.display_name, "email": user.email, "is_active": "on", "is_superuser": "on",
            "role_grants-TOTAL_FORMS": "1", "role_grants-INITIAL_FORMS": "0", "role_grants-0-role": "chiropractor",
            "role_grants-0-user": str(user.pk),
        }  # fmt: skip
        browser(world, role).post(path, sent)
        fresh = type(user).objects.get(pk=user.pk)
        assert "chiropractor" not in fresh.roles
        assert fresh.is_superuser == user.is_superuser
    assert AuditEvent.objects.filter(action="role.granted").count() == 0
