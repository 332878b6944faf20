"""Small pieces of the travel card that a template cannot say by itself."""

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from clinic.anatomy.segments import describe
from clinic.charting.card import card_view
from clinic.charting.card.plan_card import keep_reason_name
from clinic.charting.kinds import evidence

register = template.Library()


@register.filter
def mark(finding):
    """How a segment finding is written: "L4 R"."""
    return describe(finding.segment, finding.side)


@register.filter
def part_met(finding):
    """Two of P, A, R, T, one of them asymmetry or range (Medicare Benefit Policy Manual ch. 15, 240.1.2)."""
    return finding.part_count >= 2 and bool(finding.asymmetry or finding.range_of_motion)


@register.filter
def at(mapping, key):
    """The value of a mapping for a key that is a variable; empty when it is not there."""
    return (mapping or {}).get(key, "")


@register.filter
def because_key(pk):
    """The name of the reason field of one suggested article."""
    return f"because-{pk}"


@register.filter
def keep_key(pk):
    """The name of the field for the reason to keep one planned treatment."""
    return keep_reason_name(pk)


@register.filter
def held_key(key):
    """The name of the reason field of a treatment that is not on the note yet."""
    return f"held-{key}"


@register.filter
def planned_use(use):
    """Where and how long a treatment that is not on the note yet would be given."""
    return card_view.use_words(use)


@register.filter
def planned_where(planned):
    """Where a planned treatment is meant to go."""
    return card_view.where_planned(planned)


@register.filter
def evidence_sources(kind):
    """The sources that the evidence note of a kind names."""
    return evidence.sources_in(kind.evidence_note)


@register.filter
def short_kind(label):
    """The label of a kind without what stands in brackets, and without what everybody here knows."""
    return SHORT.get(str(label), str(label).split(" (")[0])


SHORT = {"Electrical stimulation": "E-stim", "Therapeutic ultrasound": "Ultrasound", "Heat pack": "Heat"}


def _errors(field):
    told = format_html_join("; ", "{}", ((error,) for error in field.errors))
    return format_html('<small class="wrong" id="{}-e">{}</small>', field.auto_id, told) if field.errors else ""


@register.simple_tag
def wrong(field):
    """What is wrong with a field, under it."""
    return _errors(field)


@register.simple_tag
def was(field):
    """The hidden field that says what the page showed."""
    return field.as_hidden(only_initial=True)


@register.simple_tag
def cell(field, row, placeholder=""):
    """A field in a grid: its name is in the column head, so the label is read out only."""
    attrs = {"placeholder": placeholder} if placeholder else {}
    label = f"{row} {field.label}".strip()
    shown = field.as_widget(attrs={**field.field.widget.attrs, **attrs, "aria-label": label})
    return format_html("{}{}", shown, _errors(field))


@register.simple_tag
def side_cell(field, row, side):
    """A field of one side of a row in a grid."""
    return cell(field, f"{row} {side},")


@register.simple_tag
def labelled(field):
    """A setting of a treatment: label, mark if it is asked for, control, unit, help and error."""
    asked = "data-asked" in field.field.widget.attrs
    star = format_html(' <abbr title="{}">*</abbr>', _("asked for")) if asked else ""
    unit = getattr(field.field, "unit", "")
    help_id = f"{field.auto_id}-h"
    described = " ".join([help_id] * bool(field.help_text) + [f"{field.auto_id}-e"] * bool(field.errors))
    attrs = {**field.field.widget.attrs, **({"aria-describedby": described} if described else {})}
    control = field.as_widget(attrs=attrs)
    if unit:
        control = format_html('<span class="unit">{}<span>{}</span></span>', control, unit)
    help_text = format_html('<small class="q" id="{}">{}</small>', help_id, field.help_text) if field.help_text else ""
    return format_html(
        '<div class="set1{}"><label for="{}">{}{}</label>{}{}{}</div>',
        " errors" if field.errors else "",
        field.id_for_label,
        field.label,
        star,
        control,
        _errors(field),
        help_text,
    )


@register.simple_tag
def grades(field, name, side):
    """A grade 0 to 4 as five buttons (radios)."""
    value = field.value()
    chosen = "" if value is None else str(value)
    said = f"{name} {side} {field.label}".strip()
    options = format_html_join(
        "",
        '<label><input type="radio" name="{}" value="{}"{}><span>{}</span></label>',
        ((field.html_name, n, SafeString(" checked" if chosen == str(n) else ""), n) for n in range(5)),
    )
    return format_html(
        '<fieldset class="seg sm"><legend class="vh">{}</legend>{}</fieldset>', conditional_escape(said), options
    )


@register.simple_tag
def cautions_of(patient):
    """What to be careful about with a patient: (css, word, text)."""
    return card_view.cautions_of(patient)
