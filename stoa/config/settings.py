"""Django's settings, all derived from the environment that the operator sets."""

from __future__ import annotations

from pathlib import Path

from stoa.kit.environment import environment
from stoa.kit.postgres import django_database

STOA = environment()
HERE = Path(__file__).resolve().parent.parent

SECRET_KEY = STOA.secret()
DEBUG = False
ALLOWED_HOSTS = ["*"] if not STOA.encrypted and STOA.host == "localhost" else [STOA.host, "localhost", "127.0.0.1"]
CSRF_TRUSTED_ORIGINS = [STOA.address]
ROOT_URLCONF = "stoa.config.urls"
WSGI_APPLICATION = "stoa.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.Person"

INSTALLED_APPS = [
    "stoa.kit",
    "stoa.record",
    "stoa.people",
    "stoa.charter",
    "stoa.ballots",
    "stoa.forum",
    "stoa.review",
    "stoa.members",
    "stoa.notices",
    "stoa.agenda",
    "stoa.lab",
    "stoa.ledger",
    "stoa.site",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.orcid",
    "allauth.socialaccount.providers.github",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "stoa.config.fresh.KeptBriefly",
    "stoa.kit.headers.SecurityHeaders",
    "stoa.kit.looking.Looking",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "stoa.people.middleware.ActorMiddleware",
    "stoa.site.middleware.FaultPages",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "site" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "stoa.site.context.community",
            ],
            "builtins": ["stoa.site.templatetags.stoa"],
        },
    }
]


DATABASES = {"default": django_database(STOA)}

# allauth counts wrong codes here, and marks those used up.
CACHES = {"default": {"BACKEND": "stoa.kit.counts.SharedCache"}}

LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

TEXTS = HERE / "site" / "texts"

STATIC_URL = "/static/"
STATIC_ROOT = STOA.static
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": STOA.files}},
    "staticfiles": {"BACKEND": "stoa.site.statics.NamedFiles"},
}
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = STOA.encrypted
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "stoa.site.views.too_old.too_old"
SESSION_ENGINE = "stoa.kit.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SECURE_HSTS_SECONDS = 31_536_000 if STOA.encrypted else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

DEFAULT_FROM_EMAIL = SERVER_EMAIL = STOA.mail_from
if STOA.smtp:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = STOA.smtp.host, STOA.smtp.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = STOA.smtp.user, STOA.smtp.password
    EMAIL_USE_SSL, EMAIL_USE_TLS = STOA.smtp.tls == "tls", STOA.smtp.tls == "starttls"
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

AUTHENTICATION_BACKENDS = ["stoa.people.backend.Backend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "stoa.site.accounts.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "stoa.site.accounts.SocialAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 900
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True  # nothing is sent: see AccountAdapter.send_mail
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_USER_DISPLAY = "stoa.site.accounts.shown_name"
ACCOUNT_EMAIL_NOTIFICATIONS = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not STOA.encrypted
MFA_ADAPTER = "stoa.site.accounts.MFAAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = {
    name: {"APP": {"client_id": client_id, "secret": secret}}
    for name, client_id, secret in (
        ("orcid", STOA.orcid_client_id, STOA.orcid_client_secret),
        ("github", STOA.github_client_id, STOA.github_client_secret),
    )
    if client_id
}


SIGN_IN_ELSEWHERE = {"orcid": "https://orcid.org", "github": "https://github.com"}
FORM_TARGETS = tuple(address for name, address in SIGN_IN_ELSEWHERE.items() if name in SOCIALACCOUNT_PROVIDERS)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
