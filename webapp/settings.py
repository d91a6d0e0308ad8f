"""Django's settings. What differs between boxes comes from `webapp.env`; everything else is the same everywhere."""

from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from webapp import env, hosts, smtp

ENVIRONMENT = env.read()
HERE = Path(__file__).resolve().parent

DATA_DIR = ENVIRONMENT.data_dir
MODELS_DIR = DATA_DIR / "models"
SPOOL_DIR = DATA_DIR / "spool"
UPLOADS_DIR = SPOOL_DIR / "uploads"
TRUST_DIR = DATA_DIR / "trust"
CHECKS_FILE = DATA_DIR / "checks.json"
FINDINGS_FILE = ENVIRONMENT.findings_file
ALERTS_FILE = DATA_DIR / "alerts.json"
CANARY_FILE = DATA_DIR / "canary.json"
REDIS_SOCKET = ENVIRONMENT.redis_socket
DOORS_DIR = ENVIRONMENT.doors_dir
PUBLIC_URL = ENVIRONMENT.public_url
IS_BEHIND_PROXY = ENVIRONMENT.is_behind_proxy
INFERENCE_PROCESSES = ENVIRONMENT.inference_processes
BATCH_PROCESSES = ENVIRONMENT.batch_processes
JOB_DAYS = ENVIRONMENT.job_days
ALERT_HOUR = ENVIRONMENT.alert_hour
MODEL_MEMORY_BYTES = ENVIRONMENT.model_memory_bytes

DEBUG = False
SECRET_KEY = env.secret_key(ENVIRONMENT.secret_key_file)
ALLOWED_HOSTS = [*hosts.allowed_hosts(ENVIRONMENT.public_host, ENVIRONMENT.host), *hosts.in_header(ENVIRONMENT.names)]

INSTALLED_APPS = [
    "webapp.accounts",
    "webapp.audit",
    "webapp.registry",
    "webapp.endpoints",
    "webapp.predictions",
    "webapp.jobs",
    "webapp.uploading",
    "webapp.catalogue",
    "webapp.box",
    "webapp.records",
    "webapp.monitoring",
    "webapp.retraining",
    "webapp.alerts",
    "webapp.api",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "webapp.accounts.attempts.AttemptsConfig",
    "csp",
]

MIDDLEWARE = [
    "webapp.request_id.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "webapp.static_files.StaticFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "webapp.audit.origin.OriginMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "webapp.api.wrong_method.WrongMethodMiddleware",
]

ROOT_URLCONF = "webapp.urls"
ASGI_APPLICATION = "webapp.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "webapp.theme.theme",
            ],
        },
    },
]

# WAL with IMMEDIATE transactions: processes that write at the same time wait for each other and none fails.
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "db.sqlite3",
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Accounts and sessions

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = int(timedelta(days=7).total_seconds())

# By name only: whole offices share one address behind a proxy, and a guesser has many.
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_TEMPLATE = "accounts/lockout.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_VERBOSE = False

# What a browser may do

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # the arrow of a select box is a picture inside Tabler's style sheet
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = ENVIRONMENT.is_https
SESSION_COOKIE_SECURE = ENVIRONMENT.is_https
CSRF_COOKIE_SECURE = ENVIRONMENT.is_https
LANGUAGE_COOKIE_SECURE = ENVIRONMENT.is_https
LANGUAGE_COOKIE_AGE = int(timedelta(days=365).total_seconds())
LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL, *(f"https://{host}" for host in ALLOWED_HOSTS)] if ENVIRONMENT.is_https else []
if ENVIRONMENT.is_https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = int(timedelta(days=30).total_seconds())
# A box speaks for its own name, not for names below it (W005); no public preload list knows an intranet (W021); a lock
# on the user's name holds whatever address or browser the guesser takes (W006).
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021", "axes.W006"]

# Uploads: the body and its files lie on the disk where the store is, and a file is moved from there

FILE_UPLOAD_HANDLERS = ["webapp.registry.uploading.SpoolUploadHandler"]
FILE_UPLOAD_TEMP_DIR = UPLOADS_DIR
UPLOAD_BYTES_MAX = ENVIRONMENT.upload_bytes_max
DISK_RESERVE_BYTES = 256 << 20  # what an upload leaves to the database, the logs and Redis

# Telling of the end of a job: the control worker sends, everybody else only knows whether it can

WEBHOOK_HOSTS = ENVIRONMENT.webhook_hosts
MAIL_FROM = ENVIRONMENT.mail_from
DEFAULT_FROM_EMAIL = MAIL_FROM or "webmaster@localhost"
SMTP = smtp.server(ENVIRONMENT.smtp_url)
EMAIL_HOST, EMAIL_PORT = SMTP.host, SMTP.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = SMTP.user, SMTP.password
EMAIL_USE_SSL, EMAIL_USE_TLS = SMTP.is_ssl, SMTP.is_starttls
EMAIL_TIMEOUT = 5
EMAIL_BACKEND = "webapp.egress.going_out.Mail"
EGRESS_SOCKET = ENVIRONMENT.egress_socket
MLFLOW_TRACKING_URI = ENVIRONMENT.mlflow_tracking_uri

# Languages and time

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [HERE / "locale"]
FORMAT_MODULE_PATH = ["webapp.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = hosts.time_zone()

# Static files

STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.static_dir
STATICFILES_DIRS = [HERE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "webapp.request_id.RequestIdFilter"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name}{of_request}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "webapp": {"level": "INFO"},
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR"},  # refusals are told to whoever asked, not to the log
    },
}
