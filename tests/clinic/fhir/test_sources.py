"""Finding resources in folders, lines and Bundles; what is broken names its place and costs nothing else."""

import json

import pytest

from clinic.fhir import sources
from clinic.fhir.sources import Broken, Found, NothingToRead, Sources, Unreadable, parse
from tests.clinic.fhir import records


def places(path):
    return [(type(item), item.where.removeprefix(f"{path}")) for item in Sources([path])]


def test_a_folder_gives_its_lines_and_files_in_order_and_leaves_other_files_alone(tmp_path):
    records.write(tmp_path / "b.ndjson", records.patient(), "", records.patient("nils"))
    (tmp_path / "deeper").mkdir()
    records.write(tmp_path / "deeper" / "one.json", records.patient("olga"))
    (tmp_path / "README.md").write_text("{}")
    assert places(tmp_path) == [(Found, "/b.ndjson:1"), (Found, "/b.ndjson:3"), (Found, "/deeper/one.json:1")]


def test_a_file_named_twice_is_read_once(tmp_path):
    path = records.write(tmp_path / "p.ndjson", records.patient())
    assert len(list(Sources([tmp_path, path]))) == 1


@pytest.mark.parametrize("kind", ["collection", "transaction", "searchset", "batch"])
def test_a_bundle_gives_its_entries_with_their_addresses(tmp_path, kind):
    bundle = records.bundle(("urn:uuid:1", records.patient()), ("", records.condition()), kind=kind)
    path = records.write(tmp_path / "b.json", bundle)
    found = [(f.where, f.full_url, f.bundle) for f in Sources([path])]
    assert found == [(f"{path}: entry 1", "urn:uuid:1", str(path)), (f"{path}: entry 2", "", str(path))]


def test_an_entry_without_a_resource_is_broken_alone(tmp_path):
    bundle = records.bundle(("urn:uuid:1", "gone"), ("urn:uuid:2", records.patient()))
    path = records.write(tmp_path / "b.json", bundle)
    assert [type(item) for item in Sources([path])] == [Broken, Found]


def test_a_bundle_of_another_kind_is_not_read(tmp_path):
    path = records.write(tmp_path / "b.json", records.bundle(("", records.patient()), kind="history"))
    assert list(Sources([path])) == [
        Broken(str(path), "a Bundle is read when it is one of: collection, transaction, searchset, batch")
    ]


def test_a_long_line_is_broken_and_the_next_one_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "LINE_LIMIT", 1000)
    path = records.write(tmp_path / "p.ndjson", "x" * 5000, records.patient())
    assert places(path) == [(Broken, ":1"), (Found, ":2")]


def test_all_bytes_are_counted_for_the_bar(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "LINE_LIMIT", 1000)
    found = Sources([records.write(tmp_path / "p.ndjson", records.patient(), "x" * 5000, records.patient("nils"))])
    done = [found.read_bytes for _item in found]
    assert (done == sorted(done), done[-1]) == (True, found.total_bytes)


def test_a_broken_file_names_the_line_inside(tmp_path):
    path = tmp_path / "one.json"
    path.write_text(json.dumps(records.patient(), indent=1).replace('"gender": "female",', '"gender" "female",'))
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if '"gender"' in text)
    assert [item.where for item in Sources([path])] == [f"{path}:{line}"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"{", "not JSON: Expecting property name enclosed in double quotes (column 2)"),
        (b"[]", "not a resource but another kind of JSON"),
        (b"\xff{}", "not UTF-8 text"),
        (b'{"a": 1, "a": 2}', "'a' is given twice"),
        (b'{"a": {"b": 1, "b": 1}}', "'b' is given twice"),
        (b'{"a": NaN}', "NaN is not a number"),
        (b'{"a": -Infinity}', "-Infinity is not a number"),
        (b'{"a": 1e999}', "a number is too long"),
        (b'{"a": ' + b"9" * 5000 + b"}", "a number is too long"),
        (b'{"a": ' + b"[" * 70 + b"]" * 70 + b"}", "nested too deeply"),
        (b'{"a": ' + b"[" * 200_000, "nested too deeply"),
        (b'{"a": "\\u0000"}', "a text holds characters that stand for nothing"),
        (b'{"a": ["\\ud800"]}', "a text holds characters that stand for nothing"),
    ],
)
def test_what_must_not_get_into_the_database_is_refused_with_its_reason(text, why):
    with pytest.raises(Unreadable) as refused:
        parse(text)
    assert str(refused.value) == why


def test_clean_text_is_read_with_or_without_a_byte_order_mark():
    assert (parse(b'\xef\xbb\xbf{"a": "\xc3\xa9"}'), parse(b'{"a": [1.5, null]}')) == ({"a": "é"}, {"a": [1.5, None]})


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_a_path_without_records_is_refused(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingToRead):
        Sources([tmp_path / name])
