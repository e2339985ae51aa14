"""Cards and what is on them, in templates."""

from django import template

from blog import drawing

register = template.Library()
register.simple_tag(drawing.cards)
register.simple_tag(drawing.hit)
register.simple_tag(drawing.picture)
register.simple_tag(drawing.related)
register.simple_tag(drawing.score)
