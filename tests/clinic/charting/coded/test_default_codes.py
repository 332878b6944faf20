import pytest

from clinic.charting.coded.default_codes import picks


@pytest.mark.parametrize(
    ("in_spasm", "levels", "codes"),
    [
        (["erector_spinae"], ["L4", "L5"], ("M62.830", "M99.03")),
        (["trapezius_upper"], ["C5"], ("M62.838", "M99.01")),
        (["gastrocnemius"], [], ("M62.831",)),
        (["soleus", "erector_spinae", "levator_scapulae"], [], ("M62.830", "M62.831", "M62.838")),
        (["rhomboid_major"], ["T5", "R5", "SI"], ("M62.830", "M99.02", "M99.04", "M99.08")),
        (["piriformis"], [], ("M62.838",)),
        ([], ["C0"], ("M99.00",)),
        (["no such muscle"], ["X9"], ()),
        ([], [], ()),
    ],
)
def test_findings_point_to_the_codes_of_the_facts(in_spasm, levels, codes):
    """Facts 5, default picks: spasm M62.830 and M99.0x per region, neck M62.838 and M99.01, calf M62.831."""
    assert picks(in_spasm, levels) == codes
