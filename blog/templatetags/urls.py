"""Whole addresses in templates."""

from django import template

from blog import addresses

register = template.Library()
register.filter("absolute", addresses.absolute)
