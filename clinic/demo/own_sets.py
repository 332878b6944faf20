"""Presets of the demo: what is often given together. On the card every item is checked like any other."""

from clinic.charting.models import Preset

LOW_BACK = {"site": "low_back", "side": "right"}
MASSAGE = {"technique": "petrissage", "muscles": ["quadratus_lumborum"], "side": "right", "pressure": "moderate"}
HEAT = {**LOW_BACK, "heat_type": "moist_pack", "layers": 6, "minutes": 12}
CURRENT = {
    **LOW_BACK,
    "mode": "ifc",
    "frequency_hz": 100,
    "pulse_us": 125,
    "beat_hz": 100,
    "pad_count": 4,
    "minutes": 12,
}
STRETCH = {"exercise": "Pelvic tilt", "sets": 2, "reps": 10, "hold_s": 5, "load": "own weight", "minutes": 8}
LUMBAR = {"regions": ["lumbar"], "side": "R"}
ACUTE = (
    {"kind": "heat", "minutes": 12, **LUMBAR, "values": HEAT},
    {"kind": "massage", "minutes": 10, **LUMBAR, "values": {**MASSAGE, "minutes": 10}},
)
FLARE = (
    {"kind": "estim", "minutes": 12, **LUMBAR, "values": CURRENT},
    {"kind": "heat", "minutes": 12, **LUMBAR, "values": HEAT},
)
STRONGER = ({"kind": "exercise", "minutes": 8, "regions": ["lumbar"], "values": STRETCH},)
OWN = (("Acute low back", ACUTE), ("Flare, gentle", FLARE))
OF_THE_CLINIC = (("Move and strengthen", STRONGER),)


def write(practitioners):
    """Give each of these practitioners, and the clinic for all of them, their presets."""
    wanted: list[tuple] = [(one, place, *pair) for one in practitioners for place, pair in enumerate(OWN, start=1)]
    wanted += [(None, place, *pair) for place, pair in enumerate(OF_THE_CLINIC, start=len(OWN) + 1)]
    Preset.objects.bulk_create(
        Preset(name=name, practitioner=whose, items=list(items), order=10 * place)
        for whose, place, name, items in wanted
    )
