"""Posts in the admin: the form, the checklist and the list."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from blog.admin.publishable import PublishableAdmin, StateFilter
from blog.forms import PostForm
from blog.models import Post
from blog.publishing.checklist import MISSING_FILTERS, checklist
from blog.search import index
from blog.widgets import LookupSelect


class MissingFilter(admin.SimpleListFilter):
    """Filter posts by what they lack on the checklist."""

    title = _("missing item")
    parameter_name = "missing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("thumbnail", _("thumbnail or alt text")),
            ("summary", _("summary")),
            ("spoiler_level", _("spoiler level")),
            ("verdict", _("verdict")),
            ("score", _("score")),
            ("work", _("work")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        condition = MISSING_FILTERS.get(self.value() or "")
        return queryset.filter(condition) if condition else queryset


@admin.register(Post)
class PostAdmin(PublishableAdmin):
    """Posts. `comments.admin` registers a subclass that shows their comments as well."""

    form = PostForm
    list_display = [
        "title",
        "state",
        "published_at",
        "work",
        "score",
        "spoiler_level",
        "has_thumbnail",
        "words",
    ]
    list_filter = [StateFilter, MissingFilter, "spoiler_level"]
    list_select_related = ["work"]
    search_fields = ["title", "work__title", "tags__name"]
    autocomplete_fields = ["work", "tags", "thumbnail"]
    date_hierarchy = "published_at"
    fieldsets = [
        (None, {"fields": ["title", "slug", "work"]}),
        (_("Text"), {"fields": ["body"]}),
        (_("Verdict and score"), {"fields": ["verdict", ("score", "unscored")]}),
        (_("Spoilers"), {"fields": ["spoiler_level", "spoiler_note"]}),
        (_("Card, summary and tags"), {"fields": ["thumbnail", "summary", "tags"]}),
        (_("Publishing"), {"fields": ["published_at", "author", "comments_open"]}),
    ]

    @admin.display(description=_("thumbnail"), boolean=True, ordering="thumbnail")
    def has_thumbnail(self, post: Post) -> bool:
        return post.thumbnail_id is not None

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        # Tags have a subquery: a join would return a post once for each of its tags, and databases
        # would compare whole texts to remove the duplicates.
        for word in search_term.split():
            tagged = Post.tags.through.objects.filter(tag__name__icontains=word).values("post")
            titled = Q(title__icontains=word) | Q(work__title__icontains=word)
            queryset = queryset.filter(titled | Q(pk__in=tagged))
        return queryset, False

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        # The autocomplete widgets need JavaScript; with `?plain` the form has plain lists.
        return [] if "plain" in request.GET else self.autocomplete_fields

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = LookupSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"author": request.user.pk, **super().get_changeform_initial_data(request)}

    def get_readonly_fields(self, request: HttpRequest, obj: Post | None = None) -> list[str]:
        # Authors write under their own name; only the owner gives a post to somebody else.
        return [] if request.user.is_superuser else ["author"]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        post = context["adminform"].form.instance  # with what was submitted, if it was refused
        context["checklist"] = checklist(post)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Post, form: forms.Form, change: bool) -> None:
        obj.author = obj.author if obj.author_id else request.user  # type: ignore[assignment]
        self.update_score_wording(obj, form)
        super().save_model(request, obj, form, change)

    def update_score_wording(self, post: Post, form: forms.Form) -> None:
        """Copy the wording of the legend until publication; later only with a new score."""
        was_published = Post.objects.published().filter(pk=post.pk).exists()
        if not was_published or "score" in form.changed_data:
            post.snapshot_score_wording()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        index.index_posts([form.instance])  # its tags are saved by now

    def build_preview(self, request: HttpRequest, form: Any) -> Post:
        post: Post = super().build_preview(request, form)
        post.author = post.author if post.author_id else request.user  # type: ignore[assignment]
        self.update_score_wording(post, form)
        post.pk = post.pk or 0  # a row that is not saved has no tags: show those of the form
        post.shown_tags = list(form.cleaned_data["tags"])
        return post
