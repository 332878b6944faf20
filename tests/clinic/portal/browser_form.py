"""What a browser would send for the form of an intake page as it stands in the HTML."""

from html.parser import HTMLParser


class _Form(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.sent, self._area, self._select, self._options = {}, None, None, []
        self._is_inside = False

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        name = told.get("name")
        if tag == "form":
            self._is_inside = "data-saves" in told
        elif not self._is_inside:
            return
        elif tag == "input" and name and "disabled" not in told:
            if told.get("type") not in ("checkbox", "radio") or "checked" in told:
                self._add(name, told.get("value") or "")
        elif tag == "textarea":
            self._area = [name, []]
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option":
            self._options.append((told.get("value") or "", "selected" in told))

    def handle_data(self, data):
        if self._area:
            self._area[1].append(data)

    def handle_endtag(self, tag):
        if tag == "textarea" and self._area:
            self._add(self._area[0], "".join(self._area[1]).removeprefix("\n"))
            self._area = None
        elif tag == "select" and self._select:
            chosen = [value for value, is_chosen in self._options if is_chosen] or [self._options[0][0]]
            self._add(self._select, chosen[-1])
            self._select = None

    def _add(self, name, value):
        self.sent.setdefault(name, []).append(value)


def form_of(text):
    """The fields of the page's form of answers: name to the list of values."""
    form = _Form()
    form.feed(text)
    return {name: values for name, values in form.sent.items() if name != "csrfmiddlewaretoken"}
