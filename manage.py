#!/usr/bin/env python3
"""Django's command line; wrong settings end in sentences, not in a traceback."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from operations.parent import end_with_parent


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        settings.SECRET_KEY  # noqa: B018  (reads the settings)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    end_with_parent()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
