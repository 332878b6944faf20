"""Where the shelves of the body lie on the drawing of the library's first page. Pure."""

from dataclasses import dataclass

ROW = 72  # height of a label beside the drawing, in units of the drawing


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the body: its shape on the drawing and the point its line begins at."""

    slug: str
    shape: str
    x: int
    y: int


ZONES = (
    Zone("neck", "M70 0h60v64H70z", 118, 52),
    Zone(
        "shoulders-and-arms",
        "M0 60L72 60 66 102 66 150 62 240H0ZM200 60L128 60 134 102 134 150 138 240H200Z",
        150,
        92,
    ),
    Zone("mid-back", "M72 62H128L134 102 134 138 100 144 66 138 66 102Z", 122, 122),
    Zone("low-back", "M62 138L100 144 138 138 138 178 100 184 62 178Z", 124, 160),
    Zone("hips-and-pelvis", "M58 178L100 184 142 178 142 226H58Z", 132, 204),
    Zone("legs-and-calves", "M50 226H150V440H50Z", 126, 300),
)


@dataclass(frozen=True, slots=True)
class Label:
    """A shelf beside the drawing: the zone it belongs to and where its words stand."""

    topic: object
    zone: Zone
    top: int

    @property
    def middle(self):
        return self.top + 30

    @property
    def line(self):
        """From the body to the words."""
        return f"M{self.zone.x} {self.zone.y}L184 {self.middle}H204"

    @property
    def count_at(self):
        return self.top + 49

    @property
    def name_at(self):
        return self.top + 28


def place(topics):
    """Return (labels, empty zones) for these shelves, from the head down; shelves without a zone are left out."""
    by_slug = {topic.slug: topic for topic in topics}
    present = [zone for zone in ZONES if zone.slug in by_slug]
    labels = [Label(by_slug[zone.slug], zone, 6 + n * ROW) for n, zone in enumerate(present)]
    return labels, [zone for zone in ZONES if zone.slug not in by_slug]
