"""What charting adds to a patient's chart: its tabs, registered when the application starts."""

from patients.chart_tabs import Tab

TABS: tuple[Tab, ...] = ()
