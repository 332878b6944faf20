"""Somebody is away: the page of the desk that asks, shows and carries out; the calls to make; who leaves."""

import re
from datetime import timedelta

import pytest

from clinic.messaging.models import Message
from clinic.scheduling.models import Appointment, TimeOff
from tests import make
from tests.clinic.scheduling.test_absence import at
from tests.make import MONDAY

AWAY = "/desk/away/"


@pytest.fixture
def doctor(carlos):
    return carlos.practitioner


@pytest.fixture
def asked(doctor):
    """The doctor is away on Tuesday."""
    return {"practitioner": doctor.pk, "from_day": "2027-03-02", "reason": "Away"}


@pytest.fixture
def visit(ana, doctor):
    ana.email, ana.phone = "ana@example.org", "(503) 555-0119"
    ana.save()
    return make.appointment(ana, doctor, at(day=2))


def sent(page):
    """What a browser would send: the hidden fields and the chosen options."""
    html = page.content.decode()
    form = html[html.index("data-away") :]
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select class="field" name="([^"]+)"[^>]*>(.*?)</select>', form):
        found[name] = re.search(r'value="([^"]*)" selected', options).group(1)
    return found


def test_the_page_asks_who_and_when(desk, doctor):
    page = desk.get(AWAY, {"practitioner": doctor.pk, "day": "2027-03-02"})
    assert page.status_code == 200
    assert page.context["plan"] is None
    assert f'<option value="{doctor.pk}" selected>Dr Carlos Vega' in page.content.decode()
    assert 'value="2027-03-02"' in page.content.decode()


def test_the_preview_shows_each_visit_with_what_becomes_of_it(desk, asked, visit, ben, doctor):
    lena = make.practitioner(name="Lena Lindqvist", order=200)
    make.appointment(ben, doctor, at("11:00", day=2))
    page = desk.get(AWAY, asked)
    html = page.content.decode()
    assert sent(page)[f"choice-{visit.pk}"].endswith(f"|{lena.pk}")
    assert '<option value="cancel">' in html
    assert "(503) 555-0119" in html
    assert re.findall(r"<td>(E-mail|Call)</td>", html) == ["E-mail", "Call"]
    button = re.search(r'<button class="btn btn-primary" type="submit" data-chord.*?</button>', html).group(0)
    assert re.sub("<[^>]+>", "", button) == "Move 2, cancel 0, call 0"
    assert (TimeOff.objects.count(), Appointment.objects.filter(sequence=0).count()) == (0, 2)


def test_sent_as_it_stands_it_is_carried_out(desk, asked, visit):
    answer = desk.post(AWAY, sent(desk.get(AWAY, asked)))
    assert (answer.status_code, answer["Location"]) == (302, AWAY)
    visit.refresh_from_db()
    assert visit.starts_at == at(day=3)
    assert Message.objects.get().to == "ana@example.org"
    off = TimeOff.objects.get()
    assert (off.starts_at, off.ends_at) == (at("00:00", 2), at("00:00", 3))


def test_part_of_a_day(desk, asked, visit, doctor):
    desk.post(AWAY, asked | {"from_time": "13:00", "to_time": "16:30"})
    off = TimeOff.objects.get()
    assert (off.starts_at, off.ends_at) == (at("13:00", 2), at("16:30", 2))
    visit.refresh_from_db()
    assert visit.sequence == 0


def test_whom_no_mail_tells_stands_on_the_list_of_calls_until_called(desk, asked, ben, doctor):
    row = make.appointment(ben, doctor, at(day=2))
    desk.post(AWAY, asked | {f"choice-{row.pk}": "cancel"})
    page = desk.get(AWAY)
    assert [(c.name, c.row.status) for c in page.context["calls"]] == [(str(ben), "cancelled")]
    assert "1 call to make" in page.content.decode()
    desk.post(AWAY, {"called": str(row.pk)})
    assert desk.get(AWAY).context["calls"] == []


def test_looking_takes_no_call_off_the_list(desk, asked, ben, doctor):
    row = make.appointment(ben, doctor, at(day=2))
    desk.post(AWAY, asked | {f"choice-{row.pk}": "call"})
    desk.get(AWAY, {"called": "all"})
    assert len(desk.get(AWAY).context["calls"]) == 1


def test_a_time_that_is_gone_answers_409_with_a_fresh_proposal_and_keeps_the_rest(desk, asked, visit, doctor, ben):
    other = make.appointment(ben, doctor, at("11:00", day=2))
    data = sent(desk.get(AWAY, asked)) | {f"choice-{other.pk}": "stay"}
    make.appointment(make.patient("Cleo"), doctor, at(day=3))
    page = desk.post(AWAY, data)
    assert page.status_code == 409
    assert "Nothing was changed" in page.content.decode()
    assert sent(page)[f"choice-{other.pk}"] == "stay"
    assert sent(page)[f"choice-{visit.pk}"] != data[f"choice-{visit.pk}"]
    assert TimeOff.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"practitioner": ""}, "practitioner"), ({"practitioner": "999"}, "practitioner"),
        ({"from_day": "31"}, "from_day"), ({"from_day": "2927-03-02"}, "from_day"),
        ({"from_day": "9999-12-31"}, "from_day"), ({"from_day": "2027-02-01"}, "from_day"),
        ({"to_day": "2027-03-01"}, "to_day"), ({"to_day": "2099-03-01"}, "to_day"),
        ({"from_time": "12:00", "to_time": "11:00"}, "to_time"),
        ({"from_day": "2027-03-14", "from_time": "02:30"}, "from_time"),
        ({"after": "abc"}, "after"), ({"from_day": "0001-01-01"}, "from_day"),
    ],
)  # fmt: skip
def test_bad_input_is_said_at_its_field_and_changes_nothing(desk, asked, visit, typed, field):
    for answer in (desk.get(AWAY, asked | typed), desk.post(AWAY, asked | typed)):
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert TimeOff.objects.count() == 0


def test_a_page_of_many_goes_on_with_the_next(desk, asked, visit, doctor, ben, monkeypatch):
    monkeypatch.setattr("clinic.scheduling.handing_on.PAGE", 1)
    other = make.appointment(ben, doctor, at("15:00", day=2))
    page = desk.get(AWAY, asked)
    assert "1 more visit follows" in page.content.decode()
    answer = desk.post(AWAY, sent(page) | {f"choice-{visit.pk}": "call"})
    assert answer.status_code == 302
    page = desk.get(answer["Location"])
    assert [each.row.pk for each in page.context["plan"].handed] == [other.pk]
    desk.post(AWAY, sent(page))
    assert TimeOff.objects.count() == 1


def test_only_the_clinic_admin_closes_the_clinic(client, olga, desk, asked, visit, rita):
    closed = asked | {"practitioner": "", "reason": "Closed"}
    assert desk.get(AWAY, closed).status_code == 422
    client.force_login(olga)
    page = client.get(AWAY, closed)
    assert [each.row.pk for each in page.context["plan"].handed] == [visit.pk]
    client.post(AWAY, sent(page))
    assert TimeOff.objects.get().practitioner is None


def test_who_leaves_hands_all_later_visits_on_and_is_taken_off_the_list_when_none_is_left(
    client, olga, desk, visit, asked
):
    client.force_login(olga)
    lena = make.practitioner(name="Lena Lindqvist", order=200)
    leaving = asked | {"for_good": "on"}
    page = client.get(AWAY, leaving)
    answer = client.post(AWAY, sent(page))
    page = client.get(answer["Location"])
    assert (page.context["leaves"], page.context["plan"].handed) == (True, [])
    visit.refresh_from_db()
    assert visit.practitioner == lena
    client.post(f"{AWAY}{asked['practitioner']}/leave/")
    doctor = lena.__class__.objects.get(pk=asked["practitioner"])
    assert doctor.is_active is False


def test_whom_somebody_calls_first_is_shown_again_before_the_practitioner_leaves(client, olga, desk, visit, asked):
    client.force_login(olga)
    answer = client.post(AWAY, asked | {"for_good": "on", f"choice-{visit.pk}": "call"})
    page = client.get(answer["Location"])
    assert ([each.row for each in page.context["plan"].handed], page.context["leaves"]) == ([visit], False)


def test_who_is_still_expected_stays_on_the_list(client, olga, visit, doctor, ten_o_clock):
    client.force_login(olga)
    answer = client.post(f"{AWAY}{doctor.pk}/leave/")
    assert answer["Location"].startswith(f"{AWAY}?practitioner={doctor.pk}")
    doctor.refresh_from_db()
    assert doctor.is_active is True


def test_the_therapist_does_not_decide_over_other_peoples_visits(client, tess, asked, visit, ten_o_clock):
    client.force_login(tess)
    assert client.get(AWAY, asked).status_code == 403
    assert client.post(AWAY, asked | {f"choice-{visit.pk}": "cancel"}).status_code == 403
    visit.refresh_from_db()
    assert visit.status == "booked"


@pytest.mark.parametrize("visits", [1, 3])
def test_the_preview_takes_the_same_queries_for_any_number_of_visits(
    desk, asked, doctor, visits, django_assert_num_queries
):
    for n in range(visits):
        make.appointment(make.patient(f"P{n}"), doctor, MONDAY + timedelta(days=1, hours=n))
    desk.get(AWAY, asked)
    with django_assert_num_queries(20):
        assert len(desk.get(AWAY, asked).context["plan"].handed) == visits
