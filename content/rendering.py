"""Markdown of an article into HTML that may stand on a public page. Pure: no models, no queries.

Two fences: the Markdown reader passes no raw HTML through, and what it made goes through an allow-list (nh3). Only
pictures of this site, only https, mailto and relative links: an article loads nothing from elsewhere.
"""

import html
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import nh3
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

WORDS_A_MINUTE = 200
_CALLOUT = re.compile(r"^\[!(urgent|note)\][ \t]*", re.IGNORECASE)
_CITED = re.compile(r"\[(\d{1,2}(?:,\s*\d{1,2})*)\]")
_TAGS = {"p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "img", "sup"} | {
    *("h2", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td", "section", "div"),
}
_ATTRIBUTES = {
    "a": {"href", "title", "aria-label"},
    "img": {"src", "alt", "title"},
    "h2": {"id"},
    "h3": {"id"},
    "h4": {"id"},
    "ol": {"start"},
    "th": {"scope"},
}
_CLASSES = {"section": {"urgent", "callout"}, "ul": {"b"}, "ol": {"n"}, "table": {"evid"}, "div": {"scroll"}}
_KEEP_IDS = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Heading:
    """An entry of the table of contents."""

    id: str
    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Page:
    """Sanitised HTML, ready for a template, and its headings of the second level."""

    html: str
    contents: tuple[Heading, ...]


def render(markdown, *, references=0):
    """Return the `Page` of a Markdown text; `[2]` becomes a link to reference 2 when there are that many."""
    tokens = _reader().parse(markdown.replace("\0", ""))
    _callouts(tokens)
    headings = _headings(tokens)
    _dress(tokens, references)
    raw = _reader().renderer.render(tokens, _reader().options, {})
    clean = nh3.clean(
        raw,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        attribute_filter=_own_addresses,
        url_schemes={"https", "mailto"},
        strip_comments=True,
    )
    return Page(mark_safe(clean), tuple(h for h in headings if h.level == 2))  # noqa: S308  nh3 has just cleaned it


def excerpt(markdown, limit=200):
    """Return the first words of a text without marks, at most `limit` characters and cut between words."""
    text = plain(markdown)
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0] + "…"


def plain(markdown):
    """Return the words of a Markdown text: no marks, no addresses, no tables' bars, one line."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", markdown.replace("\0", ""))
    text = re.sub(r"\[!(?:urgent|note)\]|\[\d[\d, ]*\]|^[ \t]*[>#|]+|[|*_`]|-{3,}", " ", text, flags=re.M | re.I)
    return " ".join(html.unescape(text).split())


def reading_minutes(markdown):
    """Return how many minutes a text takes at 200 words a minute, at least one."""
    return max(1, round(len(plain(markdown).split()) / WORDS_A_MINUTE))


def _reader():
    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])


def _own_addresses(tag, attribute, value):
    """Keep an address only if the browser stays here (or goes out by https, mailto); pictures are always ours."""
    if attribute == "id":
        return value if _KEEP_IDS.fullmatch(value) else None
    if attribute not in {"href", "src"}:
        return value
    squeezed = re.sub(r"[\x00-\x20\x7f-\x9f\\]", lambda m: "/" if m[0] == "\\" else "", html.unescape(value))
    if squeezed.startswith("//"):
        return None
    try:
        parts = urlsplit(squeezed)
    except ValueError:
        return None
    if attribute == "src":
        return value if not parts.scheme and not parts.netloc and squeezed.startswith("/static/") else None
    if parts.scheme == "https":
        return value if parts.netloc else None
    return value if parts.scheme in {"", "mailto"} else None


def _headings(tokens):
    """Give every heading an id of its own and return them; a writer's h1 becomes an h2, the page has its own h1."""
    found, taken = [], set()
    for token, inline, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if token.type != "heading_open":
            continue
        level = min(max(int(token.tag[1]), 2), 4)
        token.tag = closing.tag = f"h{level}"
        text = plain(inline.content)
        base = slug = slugify(text)[:60] or "part"
        while slug in taken:
            slug = f"{base}-{len(taken)}"
        taken.add(slug)
        token.attrs = {"id": f"part-{slug}"}
        found.append(Heading(f"part-{slug}", text, level))
    return found


def _callouts(tokens):
    """Turn a quotation that begins with [!urgent] or [!note] into a box with a heading."""
    for opening in [t for t in tokens if t.type == "blockquote_open"]:
        at = tokens.index(opening)
        if tokens[at + 1].type != "paragraph_open":
            continue
        inline = tokens[at + 2]
        mark = _CALLOUT.match(inline.content)
        if mark is None:
            continue
        closing = next(t for t in tokens[at:] if t.type == "blockquote_close" and t.level == opening.level)
        urgent = mark[1].lower() == "urgent"
        opening.tag = closing.tag = "section"
        opening.attrs = {"class": "urgent" if urgent else "callout"}
        title = _strip_mark(inline)
        head = title or (_("When to get help now") if urgent else _("Good to know"))
        if not inline.children:
            del tokens[at + 1 : at + 4]
        tokens[at + 1 : at + 1] = _heading_tokens(head)


def _strip_mark(inline):
    """Take the line of the mark out of the first paragraph; return the words that stood beside the mark."""
    children = inline.children or []
    line_end = next((n for n, child in enumerate(children) if child.type in {"softbreak", "hardbreak"}), len(children))
    inline.children = children[line_end + 1 :]
    return plain("".join(child.content for child in children[:line_end]))


def _heading_tokens(text):
    inline = Token("inline", "", 0, content=text, children=[Token("text", "", 0, content=text)])
    return [Token("heading_open", "h2", 1), inline, Token("heading_close", "h2", -1)]


def _dress(tokens, references):
    """Give lists and tables the classes of the reading column, and citations their links."""
    for token in tokens:
        if token.type == "bullet_list_open":
            token.attrs = {"class": "b"}
        elif token.type == "ordered_list_open":
            token.attrs = {**token.attrs, "class": "n"}
        elif token.type == "table_open":
            token.attrs = {"class": "evid"}
        elif token.type == "th_open":
            token.attrs = {"scope": "col"}
        elif token.type == "td_open":
            token.attrs = {}
        elif token.type == "inline":
            token.children = list(_cited(token.children or [], references))


def _cited(children, references):
    """Yield the children with `[1]` outside of links turned into a raised link to the reference."""
    inside = 0
    for child in children:
        inside += (child.type == "link_open") - (child.type == "link_close")
        if child.type != "text" or inside or not _CITED.search(child.content):
            yield child
            continue
        at = 0
        for found in _CITED.finditer(child.content):
            numbers = [int(n) for n in found[1].split(",")]
            if not all(1 <= n <= references for n in numbers):
                continue
            yield Token("text", "", 0, content=child.content[at : found.start()].rstrip(" "))
            yield from _marks(numbers)
            at = found.end()
        yield Token("text", "", 0, content=child.content[at:])


def _marks(numbers):
    yield Token("sup_open", "sup", 1)
    for n in numbers:
        yield Token("link_open", "a", 1, attrs={"href": f"#reference-{n}", "aria-label": _("Reference %d") % n})
        yield Token("text", "", 0, content=str(n))
        yield Token("link_close", "a", -1)
    yield Token("sup_close", "sup", -1)
