"""Evidence notes name their sources, and every key of a shipped note is spelled out."""

from clinic.charting.kinds.evidence import KEY, read_sources, sources_in
from clinic.charting.kinds.parameters import read_kinds


def test_every_source_of_a_shipped_note_is_spelled_out_and_none_is_left_over():
    notes = " ".join(kind["evidence_note"] for kind in read_kinds().values())
    assert set(KEY.findall(notes)) == set(read_sources())


def test_sources_stand_once_in_the_order_of_the_note():
    found = sources_in("Not advised [NICE][WHO23]; tried [NICE], and [NOBODY] knows.")
    assert [source.key for source in found] == ["NICE", "WHO23"]
    assert found[0].title.startswith("National Institute")
