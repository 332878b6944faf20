"""Markdown becomes HTML that may stand on a public page, whoever wrote it (T051)."""

import pytest

from content.rendering import Heading, excerpt, plain, reading_minutes, render


def html(markdown, **options):
    return str(render(markdown, **options).html).replace("\n", "")


def test_headings_get_ids_of_their_own_and_make_the_table_of_contents():
    page = render("# One\n\n## Two *words*\n\n### Three\n\n## One\n\n## ¿?")

    assert page.contents == (
        Heading("part-one", "One", 2),
        Heading("part-two-words", "Two words", 2),
        Heading("part-one-3", "One", 2),
        Heading("part-part", "¿?", 2),
    )
    assert html("## Two *words*") == '<h2 id="part-two-words">Two <em>words</em></h2>'


def test_tables_lists_and_strong_words_keep_their_meaning():
    assert html("| Care | Proof |\n| :--- | ---: |\n| Warmth | Low |") == (
        '<table class="evid"><thead><tr><th scope="col">Care</th><th scope="col">Proof</th></tr></thead>'
        "<tbody><tr><td>Warmth</td><td>Low</td></tr></tbody></table>"
    )
    assert html("- **a**\n- b") == '<ul class="b"><li><strong>a</strong></li><li>b</li></ul>'
    assert html("3. a\n4. b") == '<ol start="3" class="n"><li>a</li><li>b</li></ol>'


def test_urgent_and_note_quotations_become_boxes_with_a_heading():
    assert html("> [!urgent]\n> **Call 911.**") == (
        '<section class="urgent"><h2 id="part-when-to-get-help-now">When to get help now</h2>'
        "<p><strong>Call 911.</strong></p></section>"
    )
    assert html("> [!NOTE] Before you lift\n> Warm up.") == (
        '<section class="callout"><h2 id="part-before-you-lift">Before you lift</h2><p>Warm up.</p></section>'
    )
    assert html("> [!urgent]\n>\n> - fever") == (
        '<section class="urgent"><h2 id="part-when-to-get-help-now">When to get help now</h2>'
        '<ul class="b"><li>fever</li></ul></section>'
    )
    assert html("> Just words.") == "<blockquote><p>Just words.</p></blockquote>"


def test_a_citation_links_to_a_reference_that_is_there_and_to_no_other():
    link = '<a href="#reference-{0}" aria-label="Reference {0}" rel="noopener noreferrer">{0}</a>'

    assert html("Low [2].", references=2) == f"<p>Low<sup>{link.format(2)}</sup>.</p>"
    assert html("Low [1, 2].", references=2) == f"<p>Low<sup>{link.format(1)}{link.format(2)}</sup>.</p>"
    assert html("Low [3].", references=2) == "<p>Low [3].</p>"
    assert html("Low [0].", references=2) == "<p>Low [0].</p>"
    assert html("`[1]`", references=2) == "<p><code>[1]</code></p>"


HOSTILE = [
    ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ('<iframe src="https://x.example"></iframe>', '<p>&lt;iframe src="https://x.example"&gt;&lt;/iframe&gt;</p>'),
    ("<svg onload=alert(1)>", "<p>&lt;svg onload=alert(1)&gt;</p>"),
    ('a <b style="position:fixed">b</b>', '<p>a &lt;b style="position:fixed"&gt;b&lt;/b&gt;</p>'),
    ('<div hx-get="/desk/">x</div>', '<p>&lt;div hx-get="/desk/"&gt;x&lt;/div&gt;</p>'),
    ("<style>body{display:none}</style>", "<p>&lt;style&gt;body{display:none}&lt;/style&gt;</p>"),
    ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
    ("[x](JaVaScRiPt&colon;alert(1))", "<p>[x](JaVaScRiPt:alert(1))</p>"),
    ("[x](data:text/html,hi)", "<p>[x](data:text/html,hi)</p>"),
    ("[x](vbscript:x)", "<p>[x](vbscript:x)</p>"),
    ("[x](//evil.example/a)", '<p><a rel="noopener noreferrer">x</a></p>'),
    ("[x](/\\evil.example)", '<p><a href="/%5Cevil.example" rel="noopener noreferrer">x</a></p>'),
    ("[x](\\\\evil.example)", '<p><a href="%5Cevil.example" rel="noopener noreferrer">x</a></p>'),
    ("[x](http://plain.example/)", '<p><a rel="noopener noreferrer">x</a></p>'),
    ("[x](ftp://files.example/)", '<p><a rel="noopener noreferrer">x</a></p>'),
    ("[x](<https:evil.example>)", '<p><a rel="noopener noreferrer">x</a></p>'),
    ("![x](https://evil.example/p.png)", '<p><img alt="x"></p>'),
    ("![x](//evil.example/p.png)", '<p><img alt="x"></p>'),
    ("![x](data:image/svg+xml;base64,AA)", "<p>![x](data:image/svg+xml;base64,AA)</p>"),
    ("<https://ok.example/?a=<script>>", "<p>&lt;https://ok.example/?a=&lt;script&gt;&gt;</p>"),
    ("a\0b", "<p>ab</p>"),
]


@pytest.mark.parametrize(("written", "shown"), HOSTILE)
def test_hostile_text_is_inert(written, shown):
    if written.startswith("<script"):
        shown = f"<p>{shown}</p>"
    assert html(written) == shown


def test_links_that_stay_here_or_go_out_safely_remain():
    rel = 'rel="noopener noreferrer"'

    assert html("[x](/library/heat/)") == f'<p><a href="/library/heat/" {rel}>x</a></p>'
    assert html("[x](#part-two)") == f'<p><a href="#part-two" {rel}>x</a></p>'
    assert html("[x](https://doi.org/10.1/x)") == f'<p><a href="https://doi.org/10.1/x" {rel}>x</a></p>'
    assert html("[x](mailto:desk@example.org)") == f'<p><a href="mailto:desk@example.org" {rel}>x</a></p>'
    assert html("![x](/static/library/hero-heat.svg)") == '<p><img src="/static/library/hero-heat.svg" alt="x"></p>'


def test_what_the_reader_would_smuggle_through_the_second_fence_still_stops(monkeypatch):
    """Even if the Markdown reader passed raw HTML, the allow-list would drop it."""
    from markdown_it import MarkdownIt

    from content import rendering

    monkeypatch.setattr(rendering, "_reader", lambda: MarkdownIt("commonmark", {"html": True}))
    raw = (
        '<p style="x" hx-get="/desk/" onclick="x" class="urgent">a</p><svg><script>1</script></svg>'
        '<iframe src="/x"></iframe><form action="/x"><input></form><h2 id="main main">t</h2><!-- c -->'
    )

    assert html(raw) == "<p>a</p><h2>t</h2>"


def test_plain_words_and_excerpt():
    text = "## What it is\n\n> [!urgent]\n> **Call** [us](/call/) [1].\n\n| a | b |\n| --- | --- |\n| c | d |"

    assert plain(text) == "What it is Call us . a b c d"
    assert excerpt("one two three four", limit=10) == "one two…"
    assert excerpt("one two", limit=10) == "one two"


def test_reading_time_is_whole_minutes_and_at_least_one():
    assert reading_minutes("word " * 20) == 1
    assert reading_minutes("word " * 610) == 3
