"""What no template and no static file of ours may hold: the Content-Security-Policy would refuse it in the browser."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DATA_SCRIPTS = {"application/json", "application/ld+json"}  # data, never run
LOADS = {"src", "srcset", "poster", "data", "action", "formaction", "xlink:href"}
LOADS |= {"hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete"}
LOADING_LINKS = {"link", "use", "image", "base"}
FOREIGN = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
FOREIGN_IN_CSS = re.compile(r"""(?:url\(\s*|@import\s+)["']?\s*((?:[a-z][a-z0-9+.-]*:)?//[^"')\s]*)""", re.IGNORECASE)
FOREIGN_IN_JS = re.compile(r"""["'`]((?:https?|wss?):)?//[\w-]""", re.IGNORECASE)
COMMENT = re.compile(r"{%\s*comment\b.*?%}.*?{%\s*endcomment\s*%}|{#.*?#}", re.DOTALL)
VARIABLE = re.compile(r"{{.*?}}", re.DOTALL)
TAG = re.compile(r"{%.*?%}", re.DOTALL)


class Faults(HTMLParser):
    """Collects what a strict policy refuses in one page."""

    def __init__(self):
        super().__init__()
        self.found, self.in_code = [], False

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        self.in_code = tag == "style" or (tag == "script" and (names.get("type") or "") not in DATA_SCRIPTS)
        if tag == "style":
            self.found.append("inline <style>")
        for name, value in attrs:
            if name == "style":
                self.found.append(f"style attribute on <{tag}>")
            elif name.startswith(("on", "hx-on")):
                self.found.append(f"handler {name} on <{tag}>")
            elif (name in LOADS or (name == "href" and tag in LOADING_LINKS)) and FOREIGN.match(value or ""):
                self.found.append(f"foreign origin in {name} on <{tag}>")
            elif (value or "").lower().lstrip().startswith("javascript:"):
                self.found.append(f"script address in {name} on <{tag}>")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.in_code = False

    def handle_data(self, data):
        if self.in_code and data.strip():
            self.found.append("inline <script> body")
            self.in_code = False

    def handle_endtag(self, tag):
        self.in_code = False


def faults_of_markup(text):
    """The faults of a template's text; template comments do not count, variables count as unknown text."""
    parser = Faults()
    parser.feed(TAG.sub(" ", VARIABLE.sub("x", COMMENT.sub("", text))))
    parser.close()
    return parser.found


def faults_of(path):
    """The faults of one file, by its kind."""
    text = path.read_text()
    if path.suffix == ".css":
        return [f"foreign origin {hit}" for hit in FOREIGN_IN_CSS.findall(text)]
    if path.suffix == ".js":
        evals = ["eval"] if re.search(r"\beval\s*\(|new\s+Function\b", text) else []
        return evals + ["foreign origin in a script" for _ in FOREIGN_IN_JS.findall(text)]
    return faults_of_markup(text)


def our_files():
    """Every template but those of mails, and every text file under static/."""
    templates = [p for p in (ROOT / "templates").rglob("*.html") if "emails" not in p.relative_to(ROOT).parts]
    static = [p for p in (ROOT / "static").rglob("*") if p.suffix in {".css", ".js", ".svg", ".html"}]
    return sorted(templates + static)


def test_no_file_holds_what_the_policy_refuses():
    """T086, T087: nothing inline, nothing from another origin."""
    assert {str(p.relative_to(ROOT)): found for p in our_files() if (found := faults_of(p))} == {}


def test_the_walk_sees_the_shells_and_skips_mails():
    names = {str(p.relative_to(ROOT)) for p in our_files()}
    assert {"templates/base.html", "static/css/tokens.css", "static/js/vertebra.js"} <= names
    assert [name for name in names if name.startswith("templates/emails/")] == []


@pytest.mark.parametrize(
    ("markup", "fault"),
    [
        ("<script>alert(1)</script>", "inline <script> body"),
        ('<script src="{% static "a.js" %}">go()</script>', "inline <script> body"),
        ('<p style="color:red">', "style attribute on <p>"),
        ("<style>p { color: red }</style>", "inline <style>"),
        ('<a {% if x %}onclick="go()"{% endif %}>', "handler onclick on <a>"),
        ('<div hx-on:click="go()">', "handler hx-on:click on <div>"),
        ('<script src="https://cdn.example/x.js"></script>', "foreign origin in src on <script>"),
        ('<link rel="stylesheet" href="//fonts.example/a.css">', "foreign origin in href on <link>"),
        ('<form action="https://forms.example/">', "foreign origin in action on <form>"),
        ('<a href="javascript:go()">', "script address in href on <a>"),
    ],
)
def test_the_guard_catches_a_planted_fault(markup, fault):
    assert fault in faults_of_markup(f"<p>before</p>{markup}<p>after</p>")


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="{% static "a.js" %}" defer></script>',
        '<script type="application/ld+json">{"@context": "https://schema.org"}</script>',
        '<a href="https://doi.org/10.1000/1">the study</a>',
        '<svg xmlns="http://www.w3.org/2000/svg"><use href="#i-check"></use></svg>',
        "{% comment %}<script>an example</script>{% endcomment %}",
    ],
)
def test_the_guard_lets_pass_what_the_policy_allows(markup):
    assert faults_of_markup(markup) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.css", "@import 'https://fonts.example/a.css';"),
        ("a.css", "p { background: url(//x.example/a.png) }"),
        ("a.js", "fetch('https://x.example/')"),
        ("a.js", "eval('1')"),
    ],
)
def test_the_guard_catches_a_planted_fault_in_a_static_file(tmp_path, name, text):
    planted = tmp_path / name
    planted.write_text(text)
    assert len(faults_of(planted)) == 1


def test_both_dark_sets_of_the_tokens_hold_the_same_values():
    """One follows the system, the other the theme switch of the admin."""
    text = (ROOT / "static/css/tokens.css").read_text()
    blocks = re.findall(r':root(?::not\(\[data-theme="light"\]\)|\[data-theme="dark"\]) {([^}]*--paper[^}]*)}', text)
    assert len(blocks) == 2
    assert blocks[0].split() == blocks[1].split()
