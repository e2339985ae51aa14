"""The addresses of the health checks and the status page."""

from django.urls import path

from operations import views
from operations.status import views as status

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("admin/status/", status.page, name="status"),
]
