"""Comments, their events, the owner's settings and rules, and the state of the spam check."""

from comments.models.bulk import BulkAct
from comments.models.choices import Kind, ReportReason, Result, Status
from comments.models.classifier import ClassifierState
from comments.models.comment import BODY_LIMIT, ROOT, SCORED, Comment, CommentQuerySet
from comments.models.event import Event
from comments.models.moderator_mail import Frequency, ModeratorMail
from comments.models.note import PersonNote
from comments.models.report import Report, open_reports
from comments.models.rule import PATTERN_LIMIT, Rule, RuleAction, RuleField
from comments.models.settings import CommentSettings, comment_settings
from comments.models.spam_service import SpamServiceState
