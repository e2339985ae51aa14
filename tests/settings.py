"""Settings for tests. Of the environment, only the database and Redis are used."""

import os
import tempfile

from config.environment import VARIABLES

FROM_ENVIRONMENT = {"DATABASE_URL", "REDIS_URL"}
for variable in VARIABLES:
    # An empty variable counts as unset, and overrides a value in a .env file.
    value = os.environ.get(variable.name, "") if variable.name in FROM_ENVIRONMENT else ""
    os.environ[variable.name] = value
os.environ["SECRET_KEY"] = "for the tests alone, and known to everybody"
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="verdict-tests-")
# With pytest-xdist each worker process has its own DATA_DIR and Redis database; pytest-django gives
# it a database of its own.
worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if os.environ["REDIS_URL"] and worker:
    address, _slash, number = os.environ["REDIS_URL"].rpartition("/")
    os.environ["REDIS_URL"] = f"{address}/{int(number) + int(worker.removeprefix('gw'))}"

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
# Serve static files directly from their sources.
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir()
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
