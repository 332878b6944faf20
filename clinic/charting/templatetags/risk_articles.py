"""The articles beside the risk factors: the chart's tab lies below the library, so its template asks for them."""

from django import template

from clinic.charting.contraindications import risk_suggestions

register = template.Library()
register.simple_tag(risk_suggestions.articles_for, name="articles_for_risks")
