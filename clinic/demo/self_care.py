"""Risks found and self-care given in the demo clinic: some kept to, some ended."""

from patients import risks
from patients.models import RiskFinding, SelfCareItem

FOUND = (("hamstrings", "present", "65 degrees"), ("posture", "present", ""), ("abdominals", "absent", "40 s"))
EVERY = 4  # of the patients in care, each fourth has findings and items


def give(patients, by):
    """Write findings and items for some of the patients (a list of saved rows), given by `by`."""
    listed = {item.slug: item for item in risks.read_self_care()}
    some = patients[::EVERY]
    RiskFinding.objects.bulk_create(
        RiskFinding(patient=patient, factor=factor, answer=answer, note=note, found_by=by)
        for patient in some
        for factor, answer, note in FOUND
    )
    SelfCareItem.objects.bulk_create(
        SelfCareItem(patient=patient, slug=slug, text=listed[slug].text, because=why, given_by=by)
        for number, patient in enumerate(some)
        for slug, why in _items(number)
    )


def _items(number):
    labels = {factor.slug: factor.label for factor in risks.read_factors()}
    yield "hamstring_stretch", labels["hamstrings"]
    yield "posture_breaks", labels["posture"]
    if number % 2:
        yield "raking", "what you told us about everyday loads"
