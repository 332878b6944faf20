"""The report: figures, reasons and lists that do not flood the screen, and a bar only where somebody looks."""

import io

from clinic.fhir.report import SHOWN, Bar, Report


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_bar_is_drawn_once_a_percent_on_a_terminal_and_taken_away():
    screen = Terminal()
    bar = Bar(screen, 1000)
    for done in (0, 1, 500, 504, 1000):
        bar.show(done)
    bar.clear()
    assert [part[-5:] for part in screen.getvalue().split("\r")[1:4]] == ["  0 %", " 50 %", "100 %"]


def test_the_bar_is_silent_in_a_file():
    quiet = io.StringIO()
    bar = Bar(quiet, 10)
    bar.show(5)
    bar.clear()
    assert quiet.getvalue() == ""


def test_a_long_list_is_cut_and_the_rest_counted():
    report = Report()
    for number in range(SHOWN + 2):
        report.break_off(f"p.ndjson:{number}", "not JSON")
    assert list(report.lines())[-2:] == [f"  p.ndjson:{SHOWN - 1}: not JSON", "  and 2 more"]


def test_reasons_are_grouped_with_the_frequent_ones_first():
    report = Report()
    for why in ("a draft", "not taken", "not taken"):
        report.skip("MedicationRequest", why)
    listed = [line.strip() for line in report.lines()][-2:]
    assert listed == ["MedicationRequest, 2x: not taken", "MedicationRequest, 1x: a draft"]
