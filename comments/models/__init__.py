"""Comments, their events, their settings, and the state of the spam check."""

from comments.models.choices import Kind, ReportReason, Result, Status
from comments.models.comment import BODY_LIMIT, ROOT, Comment, CommentQuerySet
from comments.models.event import Event
from comments.models.note import PersonNote
from comments.models.report import Report, open_reports
from comments.models.settings import CommentSettings, comment_settings
from comments.models.spam_service import SpamServiceState
