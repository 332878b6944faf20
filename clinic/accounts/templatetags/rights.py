"""Asking the permission matrix in a template."""

from django import template

from clinic.accounts.roles import can

register = template.Library()


@register.filter
def may(user, right):
    """May this user do such a thing? `{% if user|may:"device.pair" %}`"""
    return can(user, right)
