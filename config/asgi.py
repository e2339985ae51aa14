"""The ASGI application: the WSGI application, run in threads that no slow client holds."""

from config.wsgi import application as wsgi_application
from core.wsgi_to_asgi import WSGIToASGI

application = WSGIToASGI(wsgi_application)
