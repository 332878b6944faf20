"""Log lines stay one line each: what a visitor types cannot forge a second one."""

import logging


class OneLine(logging.Formatter):
    """A `{`-style formatter that escapes line breaks and control characters."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{**kwargs, "style": "{"})

    def format(self, record):
        text = super().format(record)
        first, *trace = text.split("\nTraceback ", 1)
        clean = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in first)
        return clean + ("\nTraceback " + trace[0] if trace else "")
