"""Comments, their events, their settings, and the state of the spam check."""

from comments.models.choices import Result, Status
from comments.models.classifier import ClassifierState
from comments.models.comment import BODY_LIMIT, ROOT, SCORED, Comment, CommentQuerySet
from comments.models.event import Event
from comments.models.settings import CommentSettings, comment_settings
from comments.models.spam_service import SpamServiceState
