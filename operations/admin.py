"""What the admin does not show: secrets, which are nobody's but their owner's, and the queue."""

from django.contrib import admin
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_tasks_db.models import DBTaskResult

admin.site.unregister([DBTaskResult, StaticDevice, TOTPDevice])
