"""The `Site` row of django.contrib.sites, which follows the settings."""

from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.core.management import call_command
from django.urls import reverse

from blog.models import Post, SiteSettings, update_site


@pytest.fixture(autouse=True)
def _forget_site(db: None) -> Any:
    yield
    Site.objects.clear_cache()


def test_migrations_update_the_row(settings: Any) -> None:
    settings.SITE_URL = "https://reviews.example:8443"
    SiteSettings(name="Wet & Loud").save()
    call_command("migrate", verbosity=0)
    site = Site.objects.get()
    assert (site.domain, site.name) == ("reviews.example:8443", "Wet & Loud")


def test_a_missing_row_is_created_again(settings: Any) -> None:
    Site.objects.all().delete()
    call_command("migrate", verbosity=0)
    assert Site.objects.get(pk=settings.SITE_ID).domain == "testserver"


def test_the_row_gets_the_changed_name_of_the_site(
    admin_client: Any, send_form: Any, settings: Any
) -> None:
    address = reverse("admin:blog_sitesettings_changelist")
    answer = send_form(admin_client, address, name="Wet & Loud " + "x" * 60)
    assert answer.status_code == 302
    site = Site.objects.get(pk=settings.SITE_ID)
    assert site.name.startswith("Wet & Loud xxx")
    assert len(site.name) == 50


def test_view_on_site_redirects_to_the_sites_own_address(
    admin_client: Any, post: Post, settings: Any
) -> None:
    settings.SITE_URL = "https://reviews.example"
    update_site("Verdict")
    page = admin_client.get(reverse("admin:blog_post_change", args=[post.pk])).content.decode()
    link = page.split('class="viewsitelink"')[0].rsplit('href="', 1)[1].split('"')[0]
    answer = admin_client.get(link, secure=True)
    assert answer["Location"] == f"https://reviews.example{post.get_absolute_url()}"
