"""Django's settings. Everything that differs between sites comes from the environment."""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import __version__, environment

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = __version__

env = environment.Environment(BASE_DIR / ".env")
DEBUG = env.read("DEBUG")
PORT = env.read("PORT")
SITE_URL = env.read("SITE_URL", f"http://127.0.0.1:{PORT or 8000}")
ALLOWED_HOSTS = env.read("ALLOWED_HOSTS")
DATA_DIR = env.read("DATA_DIR", str(BASE_DIR / "var"))
SECRET_KEY = env.read("SECRET_KEY", environment.stored_secret_key(DATA_DIR))
DATABASE = env.read("DATABASE_URL", f"sqlite:///{quote(str(DATA_DIR))}/verdict.sqlite3")
REDIS_URL = env.read("REDIS_URL")
AKISMET_API_KEY = env.read("AKISMET_API_KEY")
AKISMET_API_URL = env.read("AKISMET_API_URL", "https://rest.akismet.com")
EMAIL = env.read("EMAIL_URL", "console://")
DEFAULT_FROM_EMAIL = env.read("EMAIL_FROM", "Verdict <verdict@localhost>")
TRUSTED_PROXIES = env.read("TRUSTED_PROXIES")
TIME_ZONE = env.read("TIME_ZONE", "UTC")
LANGUAGE_CODE = env.read("LANGUAGE_CODE", "en")
TYPOGRAPHY = env.read("TYPOGRAPHY", "on")
BUCKET = env.read("MEDIA_STORAGE_URL")
if env.problems:
    raise ImproperlyConfigured(
        "\n".join(["The site can't start with these settings:", *env.problems])
    )

site = urlsplit(SITE_URL)
SECURE = site.scheme == "https"
ALLOWED_HOSTS = ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]", site.hostname]

# Our own packages. Logging, error reports and the reloader use this list.
PROJECT_APPS = ["core", "pagecache", "blog", "comments", "accounts", "operations"]
PROJECT_PACKAGES = ["config", "markup", *PROJECT_APPS]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.redirects",
    "django.contrib.sitemaps",
    "django.contrib.sites",
    "django.contrib.staticfiles",
    "django.forms",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "markdownx",
    *PROJECT_APPS,
]

MIDDLEWARE = [
    "core.middleware.request_id.RequestIDMiddleware",
    # Middleware that only adds headers comes first, so that static files and errors have them too.
    "csp.middleware.CSPMiddleware",
    "core.middleware.security_headers.SecurityHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.request_limits.MaxBodySizeMiddleware",
    "accounts.login_marker.LoginMarkerMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "blog.publishing.redirects.RedirectMiddleware",
    "accounts.submitted_text.SubmittedTextMiddleware",
    "core.middleware.method_not_allowed.MethodNotAllowedMiddleware",
]

SITE_ID = 1  # django.contrib.redirects keeps its rows by site; there is one

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "blog.context_processors.site",
            ],
            "builtins": ["blog.templatetags.dates"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data -------------------------------------------------------------------------------------

if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    DATABASE["OPTIONS"] = {
        # Reads continue while one process writes (WAL). A transaction waits for the write lock at
        # its start: SQLite does not wait when a transaction that only read begins to write.
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,  # seconds
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
            " PRAGMA cache_size=-20000; PRAGMA mmap_size=134217728;"
        ),
    }
    # Keep connections: opening the file and running these commands takes longer than most requests.
    DATABASE["CONN_MAX_AGE"] = None
else:
    DATABASE["CONN_MAX_AGE"] = 600  # seconds
    DATABASE["CONN_HEALTH_CHECKS"] = True
DATABASES = {"default": DATABASE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "verdict",
            # If Redis is unavailable, pages are slower but still served.
            "OPTIONS": {"IGNORE_EXCEPTIONS": True, "SOCKET_TIMEOUT": 1},
        }
    }
    TASKS = {"default": {"BACKEND": "django_tasks_rq.RQBackend", "QUEUES": ["default"]}}
    # If Redis hangs, a request is delayed by seconds at most.
    wait = f"{'&' if '?' in REDIS_URL else '?'}socket_connect_timeout=1&socket_timeout=1"
    RQ_QUEUES = {"default": {"URL": REDIS_URL + wait}}
    INSTALLED_APPS.append("django_rq")
    RQ_SHOW_ADMIN_LINK = False  # its pages would let every author empty the queue
else:
    # Each process keeps its own pages (`pagecache/store.py`); nothing else is cached.
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# --- Files ------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ROOT = (
    BASE_DIR / "static" / "root"
)  # files that browsers request at /, such as favicon.ico
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site needs our scripts
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "originals": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        # No view or proxy serves this folder, and no other user of the machine can read it.
        "OPTIONS": {"location": DATA_DIR / "originals", "file_permissions_mode": 0o600},
    },
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
FILE_UPLOAD_PERMISSIONS = 0o644
if BUCKET:
    for name, folder in (("default", "media"), ("originals", "originals")):
        location = "/".join(filter(None, [BUCKET["location"], folder]))
        STORAGES[name] = {
            "BACKEND": "blog.images.s3_storage.PictureBucket",
            "OPTIONS": {**BUCKET, "location": location},
        }

# --- Mail -------------------------------------------------------------------------------------

globals().update(EMAIL)
EMAIL_TIMEOUT = EMAIL["EMAIL_TIMEOUT"] or 10
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Who may do what --------------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTHENTICATION_BACKENDS = [
    "accounts.backends.RateLimitBackend",  # first, to refuse before a password is hashed
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "after_login"
LOGOUT_REDIRECT_URL = "home"

# --- Safety -----------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
    }
}
# The comment form recognizes other sites by Origin and Sec-Fetch-Site. With the policy no-referrer,
# browsers would send "Origin: null" with our own form as well.
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "accounts.submitted_text.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = SECURE
SECURE_SSL_HOST = site.netloc if SECURE else None  # never the Host header of a request
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
# Both checks ask for HSTS on all subdomains and in the browsers' preload list. The owner of the
# whole domain has to decide that, not one site in it.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# --- Language ---------------------------------------------------------------------------------

USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "locale"]

# --- Writing ----------------------------------------------------------------------------------

MARKDOWNX_URLS_PATH = "/admin/preview/"
MARKDOWNX_UPLOAD_URLS_PATH = "/admin/upload/"

# --- Logs -------------------------------------------------------------------------------------

DEFAULT_EXCEPTION_REPORTER_FILTER = "operations.errors.reporter_filter.SecretsFilter"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "core.logging.JSONFormatter"},
        "plain": {"()": "core.logging.ConsoleFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "plain" if sys.stderr.isatty() else "json",
        },
        "errors": {"()": "operations.errors.handler.ErrorRecordHandler"},
    },
    "root": {"handlers": ["stderr", "errors"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        # These log whole addresses, and Akismet's contain the key.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "django_tasks": {"level": "WARNING"},
        "django_tasks_db": {"level": "WARNING"},
        "rq.worker": {"level": "WARNING"},
    },
}
