"""Keeping the search tokens of a patient up to date."""

from patients import searching
from patients.models import SearchToken


def index(patient):
    """Write the tokens of one patient anew (call it in the transaction that changes the patient)."""
    wanted = searching.tokens(patient)
    known = set(patient.search_tokens.values_list("token", flat=True))
    if gone := known - wanted:
        patient.search_tokens.filter(token__in=gone).delete()
    SearchToken.objects.bulk_create([SearchToken(patient=patient, token=token) for token in wanted - known])
