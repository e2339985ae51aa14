"""The site's settings for the tests: the environment's database and Redis, nothing else of it."""

import os
import tempfile

KEPT = {"DATABASE_URL", "REDIS_URL"}
VARIABLES = """
    DEBUG PORT SITE_URL ALLOWED_HOSTS AKISMET_API_KEY AKISMET_API_URL EMAIL_URL EMAIL_FROM
    MEDIA_STORAGE_URL TRUSTED_PROXIES TIME_ZONE LANGUAGE_CODE DATABASE_URL REDIS_URL
"""
for name in VARIABLES.split():
    # Set but empty: it counts as unset, and hides what a .env file may say.
    os.environ[name] = os.environ.get(name, "") if name in KEPT else ""
os.environ["SECRET_KEY"] = "for the tests alone, and known to everybody"
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="verdict-tests-")

from config.settings import *  # noqa: E402, F403
from config.settings import DATA_DIR, DATABASES, STORAGES  # noqa: E402

SITE_URL = "http://testserver"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# A file, so that threads and other processes see the same SQLite database.
DATABASES["default"]["TEST"] = (
    {"NAME": str(DATA_DIR / "test.sqlite3")}
    if DATABASES["default"]["ENGINE"].endswith("sqlite3")
    else {}
)
DATABASES["default"]["CONN_MAX_AGE"] = 0
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Static files straight from their sources.
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir()
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
