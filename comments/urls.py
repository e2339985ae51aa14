"""The addresses of posts, comments and the moderators' queue."""

from django.urls import path

from blog.models import next_publication
from comments.views import (
    acts,
    detail,
    feeds,
    mail,
    post,
    privacy,
    queue,
    receipt,
    reports,
    rules,
    submit,
    threads,
)
from pagecache.decorators import public_page

feed_page = public_page(expires=next_publication)

urlpatterns = [
    path("reviews/<any_slug:slug>/", post.post, name="post"),
    path("reviews/<any_slug:slug>/comments/", submit.comments, name="comments"),
    path("comments/<int:pk>/", post.permalink, name="comment"),
    path("comments/<int:pk>/report/", reports.report, name="report"),
    path("comments/reported/", reports.sent, name="report_sent"),
    path("comments/receipt/<str:token>/", receipt.receipt, name="receipt"),
    path("comments/feed/", feed_page(feeds.CommentFeed()), name="comments_feed"),
    path("comments/feed/atom/", feed_page(feeds.AtomCommentFeed()), name="comments_feed_atom"),
    path("reviews/<any_slug:slug>/feed/", feed_page(feeds.PostCommentFeed()), name="post_feed"),
    path(
        "reviews/<any_slug:slug>/feed/atom/",
        feed_page(feeds.AtomPostCommentFeed()),
        name="post_feed_atom",
    ),
    path("privacy/", privacy.privacy, name="privacy"),
    path("moderation/", queue.queue, name="moderation"),
    path("moderation/counts/", queue.counts, name="moderation_counts"),
    path("moderation/act/", queue.act, name="moderation_act"),
    path("moderation/undo/", queue.undo, name="moderation_undo"),
    path("moderation/empty/", queue.empty, name="moderation_empty"),
    path("moderation/bulk/<uuid:action_id>/", queue.bulk_act, name="moderation_bulk"),
    path("moderation/rules/", rules.rules, name="rules"),
    path("moderation/rules/delete/", rules.delete, name="rules_delete"),
    path("moderation/rules/sample/", rules.sample, name="rules_sample"),
    path("moderation/acts/", acts.acts, name="moderation_acts"),
    path("moderation/acts/undo/", acts.undo, name="moderation_acts_undo"),
    path("moderation/reported/", reports.reported, name="moderation_reported"),
    path("moderation/mail/", mail.choose, name="moderation_mail"),
    path("moderation/mail/<str:token>/", mail.link, name="moderation_mail_link"),
    path("moderation/mail/undo/<str:token>/", mail.undo, name="moderation_mail_undo"),
    path("moderation/<int:pk>/", detail.comment_detail, name="moderation_comment"),
    path("moderation/<int:pk>/edit/", detail.edit, name="moderation_edit"),
    path("moderation/<int:pk>/reply/", detail.reply, name="moderation_reply"),
    path("moderation/<int:pk>/note/", detail.add_note, name="moderation_note"),
    path(
        "moderation/<int:pk>/note/<int:note>/delete/",
        detail.delete_note,
        name="moderation_note_delete",
    ),
    path("moderation/<int:pk>/thread/", threads.act, name="moderation_thread"),
    path("moderation/<int:pk>/move/", threads.move, name="moderation_move"),
    path("moderation/<int:pk>/dismiss/", reports.dismiss, name="moderation_dismiss"),
]
