"""Which diagnosis codes the findings of a visit point to: offered, never set. Pure. Source: facts 5, default picks."""

from collections.abc import Iterable

from clinic.anatomy import muscles, segments

SPASM_OF_BACK, SPASM_OF_CALF, OTHER_SPASM = "M62.830", "M62.831", "M62.838"
CALF = frozenset(("gastrocnemius", "soleus"))
BACK_REGIONS = frozenset(("thoracic", "lumbar"))


def picks(in_spasm: Iterable[str], levels: Iterable[str]) -> tuple[str, ...]:
    """Return the codes for muscles in spasm (slugs) and for the segments found or adjusted (codes), in that order.

    A spasm of the neck is M62.838, of the back M62.830, of the calf M62.831; each region of a segment has its M99.0x.
    """
    spasms = {code for slug in in_spasm if (code := _spasm(slug))}
    known = [level for level in levels if level in segments.BY_CODE]
    return (*sorted(spasms), *segments.m99_of(known))


def _spasm(slug: str) -> str:
    muscle = muscles.BY_SLUG.get(slug)
    if muscle is None:
        return ""
    if slug in CALF:
        return SPASM_OF_CALF
    return SPASM_OF_BACK if muscle.region in BACK_REGIONS else OTHER_SPASM
