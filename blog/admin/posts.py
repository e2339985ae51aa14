"""Posts in the admin: writing, the checklist, and lists that answer the author's questions."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from blog.admin.publishable import PublishedAdmin, StateFilter
from blog.forms import PostForm
from blog.models import Post
from blog.publishing.checklist import LACKING, checklist
from blog.search import index
from blog.widgets import LookUp


class LackingFilter(admin.SimpleListFilter):
    """Posts that still lack something on the checklist."""

    title = _("what is missing")
    parameter_name = "missing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("thumbnail", _("thumbnail or its text")),
            ("summary", _("summary")),
            ("spoiler_level", _("spoiler level")),
            ("verdict", _("verdict of a review")),
            ("score", _("score of a review")),
            ("work", _("work of a score")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(LACKING[self.value()]) if self.value() in LACKING else queryset


def comments(*statuses: str) -> Coalesce:
    """How many comments of a post stand in these statuses, as a column of a list of posts."""
    comment = Post._meta.get_field("comments").related_model
    found = comment.objects.filter(post=OuterRef("pk"), status__in=statuses).order_by()
    number = found.values("post").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)


@admin.register(Post)
class PostAdmin(PublishedAdmin):
    form = PostForm
    list_display = [
        "title",
        "state",
        "published_at",
        "work",
        "score",
        "spoiler_level",
        "conversation",
        "has_thumbnail",
        "words",
    ]
    list_filter = [StateFilter, LackingFilter, "spoiler_level"]
    list_select_related = ["work"]
    search_fields = ["title", "work__title", "tags__name"]
    autocomplete_fields = ["work", "tags", "thumbnail"]
    date_hierarchy = "published_at"
    fieldsets = [
        (None, {"fields": ["title", "slug", "work"]}),
        (_("Text"), {"fields": ["body"]}),
        (_("Verdict and score"), {"fields": ["verdict", ("score", "unscored")]}),
        (_("Spoilers"), {"fields": ["spoiler_level", "spoiler_note"]}),
        (_("Cards and finding"), {"fields": ["thumbnail", "summary", "tags"]}),
        (_("Publication"), {"fields": ["published_at", "author", "comments_open"]}),
    ]

    @admin.display(description=_("thumbnail"), boolean=True, ordering="thumbnail")
    def has_thumbnail(self, post: Post) -> bool:
        return post.thumbnail_id is not None

    @admin.display(description=_("comments"), ordering="-approved")
    def conversation(self, post: Any) -> str:
        """How many readers see, and how many wait for a moderator."""
        if not post.waiting:
            return str(post.approved)
        waiting = ngettext("%(n)d waits", "%(n)d wait", post.waiting) % {"n": post.waiting}
        return f"{post.approved} ({waiting})"

    @admin.display(description=_("comments"), ordering="-approved")
    def moderated_conversation(self, post: Any) -> str:
        """The same for moderators: those that wait are one step away."""
        if not post.waiting:
            return self.conversation(post)
        return format_html('<a href="{}">{}</a>', reverse("moderation"), self.conversation(post))

    def get_list_display(self, request: HttpRequest) -> list[str]:
        if not request.user.has_perm("comments.moderate"):
            return self.list_display
        return [
            name.replace("conversation", "moderated_conversation") for name in self.list_display
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        posts = super().get_queryset(request)
        return posts.annotate(approved=comments("approved"), waiting=comments("pending"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        # Tags are looked up apart: a join would bring each post once for each of its tags, and
        # databases would compare whole texts to tell which are the same.
        for word in search_term.split():
            tagged = Post.tags.through.objects.filter(tag__name__icontains=word).values("post")
            named = Q(title__icontains=word) | Q(work__title__icontains=word)
            queryset = queryset.filter(named | Q(pk__in=tagged))
        return queryset, False

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        # Looking up as one types needs a script; `?plain` gives lists that need none.
        return [] if "plain" in request.GET else self.autocomplete_fields

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = LookUp(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"author": request.user.pk, **super().get_changeform_initial_data(request)}

    def get_readonly_fields(self, request: HttpRequest, obj: Post | None = None) -> list[str]:
        # Authors write under their own name; only the owner gives a post to somebody else.
        return [] if request.user.is_superuser else ["author"]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        post = context["adminform"].form.instance  # with what was typed, where it was refused
        context["checklist"] = checklist(post)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Post, form: forms.Form, change: bool) -> None:
        obj.author = obj.author if obj.author_id else request.user
        self.take_wording(obj, form)
        super().save_model(request, obj, form, change)

    def take_wording(self, post: Post, form: forms.Form) -> None:
        """The legend's words are taken until the post is out, and anew with another score."""
        was_out = Post.objects.published().filter(pk=post.pk).exists()
        if not was_out or "score" in form.changed_data:
            post.snapshot_score_wording()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        index.index_posts([form.instance])  # now that its tags are saved, too

    def previewed(self, request: HttpRequest, form: Any) -> Post:
        post: Post = super().previewed(request, form)
        post.author = post.author if post.author_id else request.user
        self.take_wording(post, form)
        post.pk = post.pk or 0  # a row that is not stored has no tags; these are the form's
        post.shown_tags = list(form.cleaned_data["tags"])
        return post
