"""The addresses of the health checks, the status page and the staff bar."""

from django.urls import path

from operations import staff_bar, views
from operations.status import views as status

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("account/bar/", staff_bar.staff_bar, name="staff_bar"),
    path("admin/status/", status.page, name="status"),
]
