"""What charting adds to a patient's chart: its tabs, registered when the application starts."""

from clinic.charting.care import plan_tab
from clinic.charting.course import outcomes_tab, overview_tab, readers_tab, timeline_tab
from clinic.charting.events import events_tab
from clinic.charting.papers import letters_tab
from patients.chart_tabs import Tab

TABS: tuple[Tab, ...] = (
    timeline_tab.TAB,
    plan_tab.AS_TAB,
    events_tab.TAB,
    readers_tab.TAB,
    letters_tab.TAB,
    outcomes_tab.TAB,
    overview_tab.TAB,
)
