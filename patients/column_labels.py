"""The words over the columns of the intake's lists and over the areas of its movement grid."""

from django.utils.translation import gettext_lazy as _

COLUMNS = {
    "name": _("Name"),
    "relation": _("How you are related"),
    "phone": _("Phone"),
    "document": _("Paper that says so"),
    "scope": _("May decide about"),
    "start": _("From"),
    "end": _("Until"),
    "payer": _("Health plan or insurer"),
    "member_id": _("Member number"),
    "group": _("Group number"),
    "holder": _("Whose plan it is"),
    "problem": _("Problem"),
    "since": _("Since"),
    "what": _("What"),
    "year": _("Year"),
    "why": _("Why"),
    "operation": _("Operation"),
    "body_part": _("Part of the body"),
    "date": _("When"),
    "bone": _("Bone"),
    "cause": _("What happened"),
    "dose": _("Dose"),
    "how_often": _("How often"),
    "prescriber": _("Who prescribed it"),
    "kind": _("Kind of care"),
    "when": _("When"),
    "helped": _("Did it help?"),
    "test": _("Test"),
    "where": _("Where"),
    "result": _("What it showed"),
    "activity": _("What is hard"),
    "score_0_10": _("How well, 0 to 10"),
}
REGIONS = {
    "neck": _("Neck"),
    "mid_back": _("Upper and middle back"),
    "low_back": _("Low back"),
    "shoulder": _("Shoulder"),
    "hip": _("Hip and thigh"),
    "knee": _("Knee"),
    "calf": _("Calf"),
    "other": _("Another place"),
}


def column_label(name):
    """The words over a column; one that no list has any more is told by its name."""
    return COLUMNS.get(name) or name.replace("_", " ").capitalize()
