"""The definition of a kind of treatment that a clinic writes itself, in the structure of data/treatment_kinds.yaml.

Pure: no models and no queries. A setting that was once charted keeps its name, type and unit for good, because notes
speak by them; one that is taken away is retired: asked no more, still read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

NUMBERS = ("number", "integer")
TYPES = {
    "number": gettext_lazy("Number"),
    "integer": gettext_lazy("Whole number"),
    "choice": gettext_lazy("Choice"),
    "text": gettext_lazy("Text"),
    "body_site": gettext_lazy("Body site"),
    "multi_muscle": gettext_lazy("Muscles"),
    "multi_segment": gettext_lazy("Segments"),
}
# The card places a treatment by these settings, so they have one name each.
FIXED_NAMES = {"body_site": "site", "multi_muscle": "muscles", "multi_segment": "segments"}
# What the card asks of every treatment by itself, or reads with a meaning of its own.
TAKEN = frozenset(
    {
        *("where", "regions", "region", "muscle", "side", "reason", "deviation_reason", "indication", "device"),
        *("device_id", "performed_by", "supervised_by", "adverse_event", "response", "consent_id", "open_kind"),
        *("needles_in", "needles_out", "review_date", "body_weight_lb", "phase", "technique", "skin_pre", "attended"),
        *FIXED_NAMES.values(),
    }
)
NAME_LENGTH, SLUG_LENGTH = 40, 30
# A kind that stands under the table of thrusts is a thrust in every use of it (see `before_thrust`).
ALWAYS = "1==1"
# Kinds a red flag names when it blocks treatments, by the table that a clinic's own kind stands under.
NAMED_LIKE = {"smt_hvla": "adjustment", "smt_low_force": "adjustment", "electro_needling": "needling"}


class BadSetting(ValueError):
    """A setting that cannot be stored. `place` is its row from 0, `field` what is wrong with it, the text says why."""

    def __init__(self, place: int, field: str, message: str) -> None:
        super().__init__(message)
        self.place, self.field = place, field


@dataclass(frozen=True)
class Setting:
    """One setting as the clinic writes it; `name` is empty for a new one. Ranges are in `unit`."""

    label: str
    type: str
    unit: str = ""
    lowest: float | None = None
    highest: float | None = None
    is_soft: bool = False
    is_required: bool = False
    choices: tuple[str, ...] = ()
    name: str = ""
    is_retired: bool = False


def slug_of(label: str) -> str:
    """A short name from a label: small letters, figures and underscores, beginning with a letter; empty for none."""
    slug = slugify(label).replace("-", "_")
    return f"n_{slug}" if slug[:1].isdecimal() else slug


def name_of(setting: Setting) -> str:
    """The name under which the values of a setting are stored; once given it stays."""
    return setting.name or FIXED_NAMES.get(setting.type) or slug_of(setting.label)[:NAME_LENGTH].rstrip("_")


def complaint(setting: Setting) -> tuple[str, str] | None:
    """What is wrong with a setting as (field, message), or None."""
    if setting.type not in TYPES:
        return "type", _("Choose a type.")
    if not setting.label.strip():
        return "label", _("Give it a name.")
    return _complaint_of_name(setting) or _complaint_of_range(setting) or _complaint_of_choices(setting)


def _complaint_of_name(setting: Setting) -> tuple[str, str] | None:
    name = name_of(setting)
    if not name:
        return "label", _("Use some Latin letters.")
    if name in TAKEN and name != FIXED_NAMES.get(setting.type):
        return "label", _("The card asks this of every treatment. Choose another name.")
    if name == "minutes" and setting.type not in NUMBERS:
        return "type", _("Minutes are a number.")
    return None


def _complaint_of_range(setting: Setting) -> tuple[str, str] | None:
    bounds = [bound for bound in (setting.lowest, setting.highest) if bound is not None]
    if setting.type not in NUMBERS:
        if bounds or setting.is_soft:
            return "lowest", _("Only numbers have a range.")
        return ("unit", _("Only numbers have a unit.")) if setting.unit else None
    if setting.type == "integer" and any(bound != int(bound) for bound in bounds):
        return "lowest", _("Enter whole numbers.")
    if len(bounds) == 2 and bounds[0] > bounds[1]:
        return "highest", _("The range ends before it begins.")
    if setting.is_soft and not bounds:
        return "is_soft", _("Say what is usual: from, to, or both.")
    return None


def _complaint_of_choices(setting: Setting) -> tuple[str, str] | None:
    if setting.type != "choice":
        return ("choices", _("Only a choice has these.")) if setting.choices else None
    if len(setting.choices) < 2 or len(set(setting.choices)) < len(setting.choices):
        return "choices", _("Name two or more, each once, separated by commas.")
    return None


def parameters_of(settings: Iterable[Setting]) -> list[dict]:
    """The settings as parameters of a definition; raises `BadSetting` for the first that cannot be stored."""
    made, seen = [], set()
    for place, setting in enumerate(settings):
        if wrong := complaint(setting):
            raise BadSetting(place, *wrong)
        if name_of(setting) in seen:
            raise BadSetting(place, "label", _("There are two settings of this name."))
        seen.add(name_of(setting))
        made.append(_parameter(setting))
    return made


def _parameter(setting: Setting) -> dict:
    made = {
        "name": name_of(setting),
        "label": setting.label.strip(),
        "type": setting.type,
        "unit": setting.unit.strip(),
        "min": setting.lowest,
        "max": setting.highest,
        "soft": setting.is_soft,
        "choices": list(setting.choices),
        "required": setting.is_required and not setting.is_retired,
        "default": None,
        "help": "",
        "src": "own",
        "copy_on_same_as_last": True,
    }
    return {**made, "is_retired": True} if setting.is_retired else made


def setting_of(parameter: Mapping) -> Setting:
    """A parameter of a definition as the clinic writes it."""
    return Setting(
        label=parameter["label"],
        type=parameter["type"],
        unit=parameter["unit"],
        lowest=parameter["min"],
        highest=parameter["max"],
        is_soft=parameter["soft"],
        is_required=parameter["required"],
        choices=tuple(map(str, parameter["choices"])),
        name=parameter["name"],
        is_retired=bool(parameter.get("is_retired")),
    )


def joined(stored: Mapping, settings: Iterable[Setting]) -> list[Setting]:
    """The settings of a stored definition after a change: types and units stay, what is missing is retired.

    Raises `BadSetting` for a new setting of a name under which notes keep values of another type or unit.
    """
    known = {parameter["name"]: setting_of(parameter) for parameter in stored["parameters"]}
    given, wanted = list(settings), []
    for place, setting in enumerate(given):
        before = known.get(name_of(setting))
        if before and not setting.name and (setting.type, setting.unit) != (before.type, before.unit):
            raise BadSetting(place, "label", _("Notes keep other values under this name. Choose another."))
        wanted.append(_kept(setting, before) if before else setting)
    taken = {name_of(setting) for setting in given}
    return [*wanted, *(_retired(before) for name, before in known.items() if name not in taken)]


def _kept(setting: Setting, before: Setting) -> Setting:
    return Setting(**{**vars(setting), "name": before.name, "type": before.type, "unit": before.unit})


def _retired(setting: Setting) -> Setting:
    return Setting(**{**vars(setting), "is_retired": True})


def definition_of(
    *, key: str, label: str, is_timed: bool, attendance: str, stands_under: str, settings: Iterable[Setting]
) -> dict:
    """A whole definition; `stands_under` is a name of the contraindication table, or empty for none.

    Raises `BadSetting`.
    """
    return {
        "key": key,
        "label": label,
        "timed": is_timed,
        "attendance": attendance,
        "off_by_default": False,
        "service_keys": [],
        "parameters": parameters_of(settings),
        "hard_rules": [],
        **standing(stands_under),
    }


def standing(stands_under: str) -> dict:
    """What a definition says about the rules it stands under; nothing is said for an empty name."""
    if not stands_under:
        return {"contraindication_slugs": [], "like": []}
    made: dict = {"contraindication_slugs": [stands_under], "like": [NAMED_LIKE.get(stands_under, stands_under)]}
    return {**made, "thrust_when": ALWAYS} if stands_under == "smt_hvla" else made


def stands_under(definition: Mapping) -> str:
    """The name of the contraindication table that a clinic's own kind stands under, or empty."""
    return next(iter(definition.get("contraindication_slugs", ())), "")
