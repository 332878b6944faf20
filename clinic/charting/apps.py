from django.apps import AppConfig


class ChartingConfig(AppConfig):
    name = "clinic.charting"
    label = "charting"

    def ready(self) -> None:
        """Put the tabs of this floor on the patient's chart, which lies below and knows none of them."""
        from clinic.charting.chart_tabs import TABS
        from patients import chart_tabs

        for tab in TABS:
            chart_tabs.register(tab)
