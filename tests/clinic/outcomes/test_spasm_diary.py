import pytest

from clinic.outcomes.spasm_diary import SpasmWeek, change_spasm_week, summarise


def test_a_week_counts_its_spasms_and_means_their_length_and_intensity():
    assert summarise([(2, 4), (4, 8), (6, 6)]) == SpasmWeek(3, 4.0, 6.0)


def test_a_week_without_spasms_has_no_means():
    assert summarise([]) == SpasmWeek(0, None, None)


def test_a_fall_of_30_percent_is_improved_and_less_is_no_change():
    change = change_spasm_week(SpasmWeek(10, 10.0, 8.0), SpasmWeek(7, 7.5, 8.0))
    assert change == {"count": "improved", "mean_minutes": "no_change", "mean_intensity": "no_change"}


def test_a_rise_of_30_percent_is_worse():
    change = change_spasm_week(SpasmWeek(10, 10.0, 5.0), SpasmWeek(13, 12.9, 6.5))
    assert change == {"count": "worse", "mean_minutes": "no_change", "mean_intensity": "worse"}


def test_a_week_free_of_spasms_is_improved_in_its_count_alone():
    assert change_spasm_week(SpasmWeek(4, 3.0, 5.0), SpasmWeek(0, None, None)) == {"count": "improved"}


def test_spasms_after_a_free_week_are_worse():
    assert change_spasm_week(SpasmWeek(0, None, None), SpasmWeek(1, 3.0, 5.0)) == {"count": "worse"}


def test_two_free_weeks_are_no_change():
    assert change_spasm_week(SpasmWeek(0, None, None), SpasmWeek(0, None, None)) == {"count": "no_change"}


@pytest.mark.parametrize("entry", [(-1, 5), (5, 11), (5, -1)])
def test_a_spasm_that_cannot_be_is_refused(entry):
    with pytest.raises(ValueError, match="cannot be"):
        summarise([entry])
