"""Absolute addresses in templates."""

from django import template

from core.urls import absolute_url

register = template.Library()
register.filter("absolute", absolute_url)
