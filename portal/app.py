"""`create_app`: the only place where real things are chosen and put together (architecture, section 2)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, current_app
from flask_appbuilder import AppBuilder
from flask_appbuilder.menu import Menu
from werkzeug.middleware.proxy_fix import ProxyFix

from interchange.juki.deaths import DeathsFile
from interchange.juki.gateway import FileRegister
from interchange.scanner.gateway import Clamd
from models import blobs, registry
from portal import errors, frame, request_log, template_tools
from portal.api import base as api
from portal.commands.accounts import accounts_command
from portal.commands.audit import audit_command
from portal.commands.backup import backup_command
from portal.commands.batch import batch_command
from portal.commands.check import check_command
from portal.commands.decisions import decisions_command
from portal.commands.demo import demo_command
from portal.commands.doctor import doctor_command
from portal.commands.incoming import incoming_command
from portal.commands.individual_numbers import numbers_command
from portal.commands.jobs import jobs_command
from portal.commands.keys import keys_command
from portal.commands.premium import premium_command
from portal.commands.setup import setup_command
from portal.commands.slips import slips_command
from portal.commands.transfers import transfers_command
from portal.commands.worker import worker_command
from portal.commands.workflows import workflows_command
from portal.doorbell import Doorbell
from portal.extensions import csrf, db, engine_options, prepare_engine, session_for_a_deed
from portal.job_catalog import register_kinds
from portal.language import BABEL_LOCALES, JAPANESE, LANGUAGES, babel_locale
from portal.row_ids import RowIdConverter
from portal.security import gate, headers, keys, limits_storage, plain_text, transport
from portal.security.manager import PortalSecurityManager
from portal.security.sessions import ServerSessions
from portal.self_check import start
from portal.settings import OFF, Settings, UnsafeSetting, secret_key
from portal.views.health import health
from portal.views.home import HomeView
from portal.views.registry import VIEWS
from rules.law import Law, ParameterFileWrong
from services import ex_officio, identity, jobs, numbers_vault, scanning, statute, unit_of_work
from services.network import questions
from services.network.questions import NoLookup
from services.network.sending import FileLookup
from services.numbers_vault import NumberPolicy
from workflows import catalog

if TYPE_CHECKING:
    from flask_appbuilder.baseviews import BaseView

DEMONSTRATION_CITY = "999997"  # 見本市, which is on no map
HERE = Path(__file__).resolve().parent
COMMANDS = (
    setup_command,
    accounts_command,
    check_command,
    doctor_command,
    demo_command,
    worker_command,
    jobs_command,
    workflows_command,
    batch_command,
    decisions_command,
    audit_command,
    keys_command,
    numbers_command,
    backup_command,
    premium_command,
    slips_command,
    transfers_command,
    incoming_command,
)


class PortalAppBuilder(AppBuilder):
    """Flask-AppBuilder without the doors we do not use: its statics, menu, OpenAPI and language views."""

    def _add_global_static(self) -> None:
        templates = Blueprint("appbuilder", "flask_appbuilder.base", template_folder="templates")
        current_app.register_blueprint(templates)

    def _add_admin_views(self) -> None:
        self._indexview = self.add_view_no_menu(self.indexview)
        self.sm.register_views()


def create_app(settings: Settings) -> Flask:
    """Build the portal with these settings; nothing is read from the environment from here on."""
    app = Flask("portal", root_path=str(HERE))
    app.config.from_mapping(configuration(settings))
    app.url_map.converters["int"] = RowIdConverter
    app.extensions["portal_settings"] = settings
    app.session_interface = ServerSessions()
    app.extensions["portal_metadata"] = registry.metadata
    request_log.install(app, settings)
    keys.load_keys(settings)
    blobs.configure(settings.blob_dir)
    numbers_vault.configure(NumberPolicy.PRODUCTION if settings.production else NumberPolicy.DEMONSTRATION)
    scanning.configure(None if settings.scanner == OFF else Clamd(settings.scanner))
    identity.configure(FileRegister(settings.data_dir / "juki" / "answers.csv"))
    questions.configure(FileLookup() if settings.network_lookup == "file" else NoLookup())
    ex_officio.configure(DeathsFile(settings.data_dir / "juki" / "deaths.csv"))
    statute.configure(law_of(settings.municipality_code or DEMONSTRATION_CITY))
    catalog.load_handlers()
    register_kinds(settings)
    doorbell = app.extensions["portal_doorbell"] = Doorbell(settings)
    jobs.configure(doorbell.ring)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
        unit_of_work.configure(session_for_a_deed)
        appbuilder = PortalAppBuilder(
            app,
            db.session,
            menu=Menu(),
            indexview=HomeView,
            base_template="base.html",
            security_manager_class=PortalSecurityManager,
        )
        app.extensions["babel"].locale_selector = babel_locale
        for view in VIEWS:
            register(appbuilder, view)
    transport.install(app)
    api.install(app)
    gate.install(app)  # then: whether the session could be read decides what any check says
    csrf.init_app(app)
    plain_text.install(app)
    app.add_url_rule("/healthz", "health", health)
    headers.install(app)
    template_tools.install(app)
    frame.install(app)
    errors.install(app)
    for command in COMMANDS:
        app.cli.add_command(command)
    start.refuse_unsafe_application(app)
    return app


def law_of(municipality_code: str) -> Law:
    """The parameters of the law as a city has them.

    Raises:
        UnsafeSetting: there are none of this city.
    """
    try:
        return Law.load(municipality_code=municipality_code)
    except ParameterFileWrong as error:
        raise UnsafeSetting([f"PORTAL_MUNICIPALITY_CODE: {error}"]) from error


def register(appbuilder: AppBuilder, view: type[BaseView]) -> None:
    """Add one view; the sidebar is ours (portal/frame.py), so none of Flask-AppBuilder's menus is used."""
    appbuilder.add_view_no_menu(view)


def configuration(settings: Settings) -> dict[str, Any]:
    """Flask's and Flask-AppBuilder's configuration (security.md c.0)."""
    secure = settings.cookie_secure
    return {
        "SECRET_KEY": secret_key(settings),
        "DEBUG": settings.debug,
        "TESTING": settings.environment == "test",
        "TRUSTED_HOSTS": list(settings.hosts),
        "FAB_SAFE_REDIRECT_HOSTS": list(settings.hosts),
        "SESSION_COOKIE_NAME": "__Host-session" if secure else "session",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=settings.session_hours),
        "MAX_CONTENT_LENGTH": settings.upload_megabytes * 1024 * 1024,
        "MAX_FORM_PARTS": 2000,
        "WTF_CSRF_TIME_LIMIT": None,
        "SQLALCHEMY_DATABASE_URI": settings.database,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database),
        "APP_NAME": "国保ポータル",
        "LANGUAGES": {BABEL_LOCALES[key]: {"flag": "", "name": name} for key, name in LANGUAGES.items()},
        "BABEL_DEFAULT_LOCALE": BABEL_LOCALES[JAPANESE],
        "BABEL_TRANSLATION_DIRECTORIES": str(HERE / "translations"),
        "FAB_CREATE_DB": False,
        "FAB_UPDATE_PERMS": False,
        "FAB_ADD_SECURITY_API": False,
        "FAB_API_KEY_ENABLED": False,
        "FAB_API_SWAGGER_UI": False,
        "FAB_ADD_OPENAPI_VIEWS": False,
        "FAB_ADD_MENU_VIEWS": False,
        "FAB_API_MAX_PAGE_SIZE": 100,
        "AUTH_USER_REGISTRATION": False,
        "AUTH_RATE_LIMITED": True,
        "API_LIMIT": settings.api_limit,
        "LOGIN_LIMIT": settings.login_limit,
        "LOGIN_ADDRESS_LIMIT": settings.address_limit,
        "RATELIMIT_ENABLED": True,
        "RATELIMIT_STORAGE_URI": limits_storage.storage_uri(settings.redis_url),
        "RATELIMIT_STRATEGY": "fixed-window",
        "RATELIMIT_HEADERS_ENABLED": True,
    }
