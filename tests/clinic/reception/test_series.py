"""Series at the desk: proposed in the booking form, booked whole, shown, made longer, moved and cancelled."""

import re
from datetime import date, time, timedelta

import pytest

from clinic.scheduling import series, steps
from clinic.scheduling.models import Appointment, Series, TimeOff, WorkingHours
from clinic.scheduling.models.appointments import Status
from clinic.scheduling.recurrence import Rule
from patients.models import Patient
from tests import make
from tests.clinic.scheduling.test_series import at, starts
from tests.make import MONDAY

PROPOSAL, BOOK = "/desk/book/series/", "/desk/book/series/all/"
NEW = {"given_name": "Kofi", "family_name": "Mensah", "birth_date": "1980-05-06", "phone": "(503) 555-0133"}


@pytest.fixture
def typed(carlos, kind, ana):
    """What is typed: Tuesday, March 2, at 10:00, twice a week (Tuesday and Friday) for two weeks, then a re-exam."""
    last = make.kind(slug="re-exam", name="Re-exam", minutes=30, purpose="re_exam")
    fields = {"kind": kind.pk, "practitioner": carlos.practitioner.pk, "key": "k1", "patient": ana.pk}
    rule = {"series": "on", "per_week": "2", "weeks": "2", "then": last.pk, "near": ""}
    return {**fields, **rule, "day": "2027-03-02", "time": "10:00"}


@pytest.fixture
def course(carlos):
    return TimeOff.objects.create(
        practitioner=carlos.practitioner, starts_at=at(5, "08:00"), ends_at=at(5, "13:00"), reason="Course"
    )


def sent_with(page):
    """The hidden and the checked fields of the section, as a browser would send them."""
    html = page.content.decode()
    found = dict(re.findall(r'<input type="hidden" name="(planned_for|place-\d+)" value="([^"]*)"', html))
    return found | dict(re.findall(r'<input type="radio" name="(place-\d+)" id="[^"]*" value="([^"]*)" checked', html))


def rows():
    return starts(Series.objects.get())


def test_the_booking_form_has_a_closed_section_for_a_series(desk, typed):
    page = desk.get("/desk/book/")
    assert page.context["section"].is_on is False
    assert page.context["section"].planned == []
    assert 'name="series" id="id_series" value="on">' in page.content.decode()
    assert page.context["section"].form["then"].value() == typed["then"]


def test_the_dates_are_proposed_as_a_fragment_with_the_foot(desk, typed):
    page = desk.post(PROPOSAL, typed, headers={"HX-Request": "true", "HX-Target": "series"})
    html = page.content.decode()
    assert [p.choice.starts_at for p in page.context["section"].planned] == [at(d) for d in (2, 5, 9, 12, 16)]
    assert [re.sub(r"\s+", " ", words) for words in re.findall(r"<th scope=\"row\">([^<]*)</th>", html)] == [
        "Tue, Mar 2", "Fri, Mar 5", "Tue, Mar 9", "Fri, Mar 12", "Tue, Mar 16"]  # fmt: skip
    assert "Book 5 visits" in html
    assert "Ana Sørensen</b>, 5 visits Mar 2 to Mar 16, all or none." in html
    assert 'id="book-foot" hx-swap-oob="true"' in html
    assert "<html" not in html
    assert Appointment.objects.count() == 0


def test_a_link_may_ask_for_a_series(desk, typed, ana, carlos, kind):
    """As a plan of care will: who, with whom, from when, how often and for how long."""
    asked = {"patient": ana.pk, "practitioner": carlos.practitioner.pk, "kind": kind.pk, "at": "2027-03-02T10:00"}
    page = desk.get("/desk/book/", asked | {"series": "on", "weeks": "1"})
    assert [p.choice.starts_at for p in page.context["section"].planned] == [at(2), at(5)]
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize(
    "odd", [{"weeks": "99"}, {"at": "soon"}, {"kind": "x"}, {"practitioner": "9" * 30}, {"then": "x"}]
)
def test_a_link_with_odd_values_shows_the_form(desk, typed, ana, carlos, kind, odd):
    asked = {"patient": ana.pk, "practitioner": carlos.practitioner.pk, "kind": kind.pk, "at": "2027-03-02T10:00"}
    page = desk.get("/desk/book/", asked | {"series": "on"} | odd)
    assert (page.status_code, page.context["section"].is_on) == (200, True)


def test_without_script_the_dates_stand_in_the_whole_form_with_everything_typed(desk, typed):
    page = desk.post(PROPOSAL, typed | {"do": "series"})
    html = page.content.decode()
    assert (page.status_code, "<html" in html, "Book 5 visits" in html) == (200, True, True)
    assert 'value="10:00"' in html
    assert "hx-swap-oob" not in html


def test_enter_in_the_rule_books_nothing_and_shows_the_dates(desk, typed):
    page = desk.post("/desk/book/", typed)
    assert (page.status_code, len(page.context["section"].planned), Appointment.objects.count()) == (200, 5, 0)


def test_first_only_books_the_first_visit_alone(desk, typed):
    desk.post("/desk/book/", typed | {"do": "first"})
    assert (Appointment.objects.get().starts_at, Series.objects.count()) == (at(2), 0)


def test_certain_days_and_another_time_count_before_times_a_week(desk, typed):
    page = desk.post(PROPOSAL, typed | {"weekdays": ["0", "2", "4"], "near": "15:30", "weeks": "1", "then": ""})
    assert [p.asked.wish.day.day for p in page.context["section"].planned] == [3, 5, 8]
    assert {p.asked.wish.clock for p in page.context["section"].planned} == {time(15, 30)}


def test_days_on_which_nobody_is_there_at_that_time_are_not_wished(desk, typed, carlos):
    """On Thursdays and Fridays Carlos treats until noon: 3 o'clock is asked for on the other days."""
    WorkingHours.objects.filter(practitioner=carlos.practitioner, weekday__in=[3, 4]).update(closes=time(12))
    page = desk.post(PROPOSAL, typed | {"near": "15:00", "weeks": "1", "then": ""})
    assert [f"{p.asked.wish.day:%a %d}" for p in page.context["section"].planned] == ["Tue 02", "Wed 03"]


def test_another_length_counts_for_every_usual_visit(desk, typed):
    shown = sent_with(desk.post(PROPOSAL, typed | {"minutes": "40"}))
    desk.post(BOOK, typed | {"minutes": "40"} | shown)
    assert [row.minutes for row in Appointment.objects.order_by("starts_at")] == [40, 40, 40, 40, 30]


def test_near_a_time_is_enough_when_no_time_is_typed(desk, typed):
    page = desk.post(PROPOSAL, typed | {"time": "", "near": "11:00"})
    assert page.context["section"].planned[0].choice.starts_at == at(2, "11:00")


def test_the_chosen_first_visit_stays_when_the_others_shall_be_near_another_time(desk, typed):
    page = desk.post(PROPOSAL, typed | {"near": "15:00"})
    assert [p.choice.starts_at for p in page.context["section"].planned][:2] == [at(2), at(5, "15:00")]


def test_a_clash_stands_in_its_own_row_with_swaps(desk, typed, course):
    make.practitioner(name="Lena Lindqvist", order=200)
    html = desk.post(PROPOSAL, typed).content.decode()
    assert "Clash: course until 1:00 PM" in html
    assert re.findall(r'for="place-2-\w+">([^<]*)</label>', html) == [
        "Thu, Mar 4, 10:00 AM", "Fri, Mar 5, 1:00 PM", "Fri, Mar 5, 10:00 AM, Lena Lindqvist", "Leave out"]  # fmt: skip
    assert "1 swapped." in html


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"per_week": "0"}, "greater than or equal to 1"), ({"per_week": ""}, "Say how many times a week."),
        ({"weeks": "13"}, "less than or equal to 12"), ({"weeks": "many"}, "Enter a whole number."),
        ({"near": "25:00"}, "Enter a valid time."), ({"weekdays": "9"}, "Select a valid choice."),
        ({"then": "999"}, "Select a valid choice."),
    ],
)  # fmt: skip
def test_a_rule_that_is_wrong_says_so_and_books_nothing(desk, typed, wrong, words):
    page = desk.post(BOOK, typed | wrong)
    assert (page.status_code, words in page.content.decode(), Appointment.objects.count()) == (422, True, 0)
    assert page.context["section"].planned == []


# --- booking ---


def test_the_dates_on_the_page_are_booked_together(desk, rita, typed, ana):
    shown = sent_with(desk.post(PROPOSAL, typed))
    answer = desk.post(BOOK, typed | shown)
    assert answer.url == f"/desk/?day=2027-03-02&p={ana.pk}"
    assert rows() == ["Tue 02 10:00", "Fri 05 10:00", "Tue 09 10:00", "Fri 12 10:00", "Tue 16 10:00"]
    assert Series.objects.get().created_by == rita
    assert "Booked: Ana Sørensen, 5 visits, Tue, Mar 2 to Tue, Mar 16." in desk.get(answer.url).content.decode()


def test_a_swap_is_booked_as_it_was_chosen(desk, typed, course):
    shown = sent_with(desk.post(PROPOSAL, typed))
    lena = make.practitioner(name="Lena Lindqvist", order=200)
    desk.post(BOOK, typed | shown | {"place-2": f"{at(5).isoformat()}|{lena.pk}"})
    assert list(Appointment.objects.filter(practitioner=lena).values_list("starts_at", "series_place")) == [(at(5), 2)]


def test_a_visit_is_left_out_on_purpose(desk, typed, course):
    desk.post(BOOK, typed | sent_with(desk.post(PROPOSAL, typed)) | {"place-2": "out"})
    assert rows() == ["Tue 02 10:00", "Tue 09 10:00", "Fri 12 10:00", "Tue 16 10:00"]


def test_a_new_patient_and_the_series_are_made_together(desk, typed):
    new = typed | NEW | {"patient": ""}
    desk.post(BOOK, new | sent_with(desk.post(PROPOSAL, new)))
    assert Series.objects.get().patient.full_name == "Kofi Mensah"
    assert Appointment.objects.count() == 5


def test_when_a_time_is_taken_no_new_patient_is_left_behind(desk, typed, carlos):
    new = typed | NEW | {"patient": ""}
    shown = sent_with(desk.post(PROPOSAL, new))
    make.appointment(make.patient("Cleo"), carlos.practitioner, at(9))
    before = Patient.objects.count()
    answer = desk.post(BOOK, new | shown)
    assert (answer.status_code, Patient.objects.count(), Appointment.objects.count()) == (409, before, 1)


def test_a_refusal_keeps_what_was_chosen_and_swaps_the_taken_ones(desk, typed, carlos, course):
    shown = sent_with(desk.post(PROPOSAL, typed)) | {
        "place-2": f"{at(5, '14:00').isoformat()}|{carlos.practitioner.pk}"
    }
    make.appointment(make.patient("Cleo"), carlos.practitioner, at(9))
    answer = desk.post(BOOK, typed | shown)
    html = answer.content.decode()
    assert (answer.status_code, Series.objects.count(), Appointment.objects.count()) == (409, 0, 1)
    assert "Visit 3 cannot be had any more. Nothing was booked; what you chose is kept." in html
    kept = sent_with(answer)
    assert answer.context["section"].planned[1].choice.starts_at == at(5, "14:00")
    assert answer.context["section"].planned[2].choice.starts_at == at(9, "09:30")
    desk.post(BOOK, typed | kept)
    assert rows() == ["Tue 02 10:00", "Fri 05 14:00", "Tue 09 09:30", "Fri 12 10:00", "Tue 16 10:00"]


def test_a_rule_changed_after_the_dates_were_shown_shows_the_new_ones_first(desk, typed):
    shown = sent_with(desk.post(PROPOSAL, typed))
    answer = desk.post(BOOK, typed | shown | {"weeks": "3"})
    assert (answer.status_code, Appointment.objects.count()) == (422, 0)
    assert "These dates are new: check them, then book." in answer.content.decode()
    assert len(answer.context["section"].planned) == 7


def test_the_same_form_sent_twice_books_one_series(desk, typed):
    sent = typed | sent_with(desk.post(PROPOSAL, typed))
    assert [desk.post(BOOK, sent).status_code for _ in range(2)] == [302, 302]
    assert (Series.objects.count(), Appointment.objects.count()) == (1, 5)


def test_the_same_new_patient_sent_twice_is_one_patient(desk, typed):
    new = typed | NEW | {"patient": ""}
    sent = new | sent_with(desk.post(PROPOSAL, new))
    assert [desk.post(BOOK, sent).status_code for _ in range(2)] == [302, 302]
    assert (Series.objects.count(), Patient.objects.filter(given_name="Kofi").count()) == (1, 1)


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "out",
        "x|y",
        "9999-12-31T23:59:00-05:00|1",
        "0001-01-01T00:00:00+05:00|1",
        "2027-03-05T10:00|1",
        "|",
    ],
)
def test_odd_values_in_the_dates_never_break_the_page(desk, typed, carlos, odd):
    shown = sent_with(desk.post(PROPOSAL, typed))
    odd = odd.replace("|1", f"|{carlos.practitioner.pk}")
    answer = desk.post(BOOK, typed | shown | {f"place-{n}": odd for n in range(1, 6)})
    assert answer.status_code in (302, 409, 422)


def test_a_patient_is_needed_and_the_dates_stay(desk, typed):
    sent = typed | {"patient": ""}
    answer = desk.post(BOOK, sent | sent_with(desk.post(PROPOSAL, sent)))
    assert (answer.status_code, len(answer.context["section"].planned), Appointment.objects.count()) == (422, 5, 0)


# --- the series of a patient ---


@pytest.fixture
def booked(carlos, kind, ana, rita, ten_o_clock):
    rule = Rule(date(2027, 3, 2), time(10), (1, 4), 3)
    return series.book(practitioner=carlos.practitioner, patient=ana, kind=kind, rule=rule, by=rita, now=MONDAY)


def test_a_series_shows_its_visits_and_where_each_stands(desk, booked, rita):
    steps.cancel(booked.appointments.get(series_place=2), because="child ill", by=rita)
    page = desk.get(f"/desk/series/{booked.pk}/")
    assert [(v.series_place, v.status, v.is_to_come) for v in page.context["visits"]] == [
        (n, "cancelled" if n == 2 else "booked", n != 2) for n in range(1, 7)]  # fmt: skip
    assert page.content.decode().count("Move the rest") == 5
    assert "0 done, 5 to come" in page.content.decode()


@pytest.mark.parametrize("weeks", [1, 3])
def test_the_page_of_a_series_takes_the_same_queries_for_any_length(desk, carlos, kind, ana, rita, weeks,
                                                                    django_assert_num_queries):  # fmt: skip
    made = series.book(practitioner=carlos.practitioner, patient=ana, kind=kind, by=rita, now=MONDAY,
                       rule=Rule(date(2027, 3, 2), time(10), (1,), weeks))  # fmt: skip
    desk.get(f"/desk/series/{made.pk}/")
    with django_assert_num_queries(7):
        assert len(desk.get(f"/desk/series/{made.pk}/").context["visits"]) == weeks


def test_a_visit_is_added(desk, booked):
    answer = desk.post(f"/desk/series/{booked.pk}/", {"day": "2027-03-23", "time": "10:00"})
    assert (answer.url, starts(booked)[6]) == (f"/desk/series/{booked.pk}/", "Tue 23 10:00")


@pytest.mark.parametrize(
    ("day", "clock", "status", "words"),
    [
        ("2027-03-05", "10:00", 409, "This time was taken meanwhile."),
        ("2027-03-06", "10:00", 409, "does not work at that time"),
        ("2027-02-26", "10:00", 422, "This time has gone."),
        ("2027-03-14", "02:30", 422, "this time does not exist"),
        ("", "10:00", 422, "This field is required."),
        ("9999-12-31", "23:59", 422, "too far away"),
    ],
)
def test_a_visit_that_cannot_be_added_says_why(desk, booked, carlos, day, clock, status, words):
    if status == 409:
        booked.appointments.filter(series_place=2).update(patient=make.patient("Cleo"))
    answer = desk.post(f"/desk/series/{booked.pk}/", {"day": day, "time": clock})
    assert (answer.status_code, words in answer.content.decode(), booked.appointments.count()) == (status, True, 6)


# --- its rest ---


def where(booked, **asked):
    return f"/desk/series/{booked.pk}/preview/", {"from": 4, "day": "2027-03-13", **asked}


def test_a_preview_shows_old_and_new_times_and_moves_nothing(desk, booked):
    page = desk.get(f"/desk/series/{booked.pk}/preview/", {"from": 4, "day": "2027-03-15", "time": "15:00"})
    html = page.content.decode()
    assert [(p.asked.row.series_place, p.choice.starts_at) for p in page.context["planned"]] == [
        (4, at(15, "15:00")), (5, at(19, "15:00")), (6, at(22, "15:00"))]  # fmt: skip
    assert "Move 3 visits" in html
    assert starts(booked)[3:] == ["Fri 12 10:00", "Tue 16 10:00", "Fri 19 10:00"]


def test_the_rest_moves_as_the_preview_showed(desk, booked):
    asked = {"from": 4, "day": "2027-03-15", "time": "15:00"}
    html = desk.get(f"/desk/series/{booked.pk}/preview/", asked).content.decode()
    sent = dict(re.findall(r'<input type="hidden" name="((?:place|seen)-\d+)" value="([^"]*)"', html))
    assert sorted(sent) == ["place-4", "place-5", "place-6", "seen-4", "seen-5", "seen-6"]
    answer = desk.post(f"/desk/series/{booked.pk}/move/", asked | sent)
    assert (answer.status_code, answer.url) == (302, f"/desk/series/{booked.pk}/")
    assert starts(booked)[2:] == ["Tue 09 10:00", "Mon 15 15:00", "Fri 19 15:00", "Mon 22 15:00"]


def test_a_move_that_meets_a_taken_time_offers_swaps_and_moves_nothing(desk, booked, carlos):
    asked = {"from": 4, "day": "2027-03-15", "time": "15:00"}
    html = desk.get(f"/desk/series/{booked.pk}/preview/", asked).content.decode()
    sent = dict(re.findall(r'<input type="hidden" name="((?:place|seen)-\d+)" value="([^"]*)"', html))
    make.appointment(make.patient("Cleo"), carlos.practitioner, at(19, "15:00"))
    before = starts(booked)
    answer = desk.post(f"/desk/series/{booked.pk}/move/", asked | sent)
    assert (answer.status_code, starts(booked)) == (409, before)
    assert "Visit 5 cannot go there any more." in answer.content.decode()
    assert [p.why_not for p in answer.context["planned"]] == ["", "Taken", ""]


def test_a_move_of_somebody_else_is_told_and_not_overwritten(desk, booked, rita):
    asked = {"from": 4, "day": "2027-03-15", "time": "15:00"}
    html = desk.get(f"/desk/series/{booked.pk}/preview/", asked).content.decode()
    sent = dict(re.findall(r'<input type="hidden" name="((?:place|seen)-\d+)" value="([^"]*)"', html))
    Appointment.objects.filter(series=booked, series_place=5).update(sequence=1)
    before = starts(booked)
    answer = desk.post(f"/desk/series/{booked.pk}/move/", asked | sent)
    assert (answer.status_code, starts(booked)) == (409, before)
    assert "Somebody else was faster: visit 5 is now" in answer.content.decode()


@pytest.mark.parametrize("day", ["", "2099-03-15", "soon"])
def test_a_day_that_is_wrong_is_told_at_its_field(desk, booked, day):
    asked = {"from": 4, "day": day, "time": "15:00"}
    assert desk.get(f"/desk/series/{booked.pk}/preview/", asked).status_code == 422
    answer = desk.post(f"/desk/series/{booked.pk}/move/", asked)
    assert (answer.status_code, "day" in answer.context["form"].errors) == (422, True)


def test_when_nothing_is_left_the_page_says_so(desk, booked):
    Appointment.objects.filter(series=booked).update(status=Status.DONE, done_at=MONDAY)
    page = desk.get(f"/desk/series/{booked.pk}/preview/", {"from": 1})
    assert "Nothing is left to move" in page.content.decode()
    assert desk.post(f"/desk/series/{booked.pk}/move/", {"from": 1}).status_code == 422


def test_the_rest_is_cancelled_with_a_reason(desk, booked):
    assert "4: Friday, March 12" in desk.get(f"/desk/series/{booked.pk}/cancel/", {"from": 4}).content.decode()
    without = desk.post(f"/desk/series/{booked.pk}/cancel/", {"from": 4, "because": ""})
    assert (without.status_code, booked.appointments.filter(status="cancelled").count()) == (422, 0)
    answer = desk.post(f"/desk/series/{booked.pk}/cancel/", {"from": 4, "because": "Moved away"})
    assert answer.url == f"/desk/series/{booked.pk}/"
    assert list(booked.appointments.filter(status="cancelled").values_list("series_place", flat=True)) == [4, 5, 6]


# --- beside the day ---


def test_the_snapshot_says_which_visit_of_how_many_and_leads_to_the_series(desk, booked, ana):
    make.appointment(ana, booked.practitioner, MONDAY + timedelta(days=30))
    html = desk.get(f"/desk/patients/{ana.pk}/").content.decode()
    assert re.findall(rf'<a href="/desk/series/{booked.pk}/">([^<]*)</a>', html) == [
        f"visit {n} of 6" for n in range(1, 5)]  # fmt: skip


def test_the_card_shows_the_place_in_the_series(desk, booked):
    html = desk.get("/desk/", {"day": "2027-03-09"}).content.decode()
    assert "3/6" in html
    assert "visit 3 of 6" in html
