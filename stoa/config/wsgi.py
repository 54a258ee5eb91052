"""Django's application, as the outer application calls it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stoa.config.settings")

application = get_wsgi_application()
