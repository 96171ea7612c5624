"""What differs between one installation and another: read once from the environment, then frozen (Ruling 8).

Every field is described in docs/settings.md (tests/portal/test_settings.py holds the two together).
The variable of a field is `PORTAL_` and its name; `DATABASE_URL` and `REDIS_URL` keep their usual names.
"""

from __future__ import annotations

import os
import secrets
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from portal.self_check import findings
from portal.self_check.of_settings import KEY_BYTES, of_module, of_settings

OFF = "off"
OWN_HOSTS = ("localhost", "127.0.0.1")


class KeyKeeper(StrEnum):
    """Who keeps the key-encryption keys of the vault."""

    FILE = "file"
    PKCS11 = "pkcs11"


class Environment(StrEnum):
    """What this installation is for; `production` refuses what the other two may do."""

    DEMO = "demo"
    PRODUCTION = "production"
    TEST = "test"


class UnsafeSetting(Exception):
    """A setting with which the portal does not start; names the variable and says what to do."""

    def __init__(self, problems: list[str]) -> None:
        """Keep every problem, so that an operator mends them in one go."""
        super().__init__("The portal does not start:\n" + "\n".join(f"- {problem}" for problem in problems))
        self.problems = problems


class Settings(BaseSettings):
    """The settings of this process; see docs/settings.md."""

    model_config = SettingsConfigDict(
        env_prefix="PORTAL_", frozen=True, extra="ignore", populate_by_name=True
    )

    environment: Environment = Environment.DEMO
    data_dir: Path = Path("var")
    database_url: str = Field(
        default="", repr=False, validation_alias=AliasChoices("DATABASE_URL", "database_url")
    )
    migration_url: str = Field(
        default="", repr=False, validation_alias=AliasChoices("MIGRATION_URL", "migration_url")
    )
    vault_role: str = Field(default="kokuho_vault", pattern=r"^[a-z_][a-z0-9_]{0,62}$")
    redis_url: str = Field(default="", repr=False, validation_alias=AliasChoices("REDIS_URL", "redis_url"))
    secret_key: SecretStr = SecretStr("")
    secret_key_file: Path | None = None
    master_key_file: Path | None = None
    key_provider: KeyKeeper = KeyKeeper.FILE
    hsm_module: Path | None = None
    hsm_token: str = ""
    hsm_pin_file: Path | None = None
    hsm_key_prefix: str = Field(default="kokuho-kek", pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,23}$")
    key_store_url: str = Field(default="", repr=False)
    audit_key_file: Path | None = None
    audit_anchor_dir: Path | None = None
    backup_dirs: Annotated[tuple[Path, ...], NoDecode] = ()
    backup_key_file: Path | None = None
    backup_url: str = Field(default="", repr=False)
    backup_keep_days: int = Field(default=35, ge=7, le=3650)
    key_store_backup_dirs: Annotated[tuple[Path, ...], NoDecode] = ()
    key_store_backup_key_file: Path | None = None
    trusted_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    cookie_secure: bool = False
    debug: bool = False
    trusted_proxies: int = Field(default=0, ge=0, le=3)
    demo_data: bool = False
    municipality_code: str = ""
    idle_minutes: int = Field(default=10, ge=1, le=30)
    session_hours: int = Field(default=12, ge=1, le=24)
    account_failures: int = Field(default=10, ge=3, le=20)
    account_stop_minutes: int = Field(default=15, ge=5, le=1440)
    upload_megabytes: int = Field(default=25, ge=1, le=100)
    provisional_number_days: int = Field(default=30, ge=1, le=365)
    worker_threads: int = Field(default=2, ge=1, le=16)
    login_limit: str = "20 per 5 minute"
    address_limit: str = "120 per 5 minute"
    api_limit: str = "120 per minute"
    log_level: str = "INFO"
    network_lookup: Literal["file", "off"] = "file"
    scanner: str = Field(default=OFF, pattern=r"^(off|unix:/\S+|tcp://\S+)$")
    clock_source: Literal["kernel", "host"] = "kernel"

    @field_validator("trusted_hosts", "backup_dirs", "key_store_backup_dirs", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @property
    def demo(self) -> bool:
        """Whether the screens say that all data are fictitious."""
        return self.environment is not Environment.PRODUCTION

    @property
    def production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def database(self) -> str:
        """The address of the database, with psycopg 3 as PostgreSQL's driver."""
        return _with_driver(self.database_url or f"sqlite:///{(self.data_dir / 'portal.sqlite3').resolve()}")

    @property
    def migrations(self) -> str:
        """The address by which the tables' owner reaches the database; that of the portal without one."""
        return _with_driver(self.migration_url) if self.migration_url else self.database

    @property
    def backup_source(self) -> str:
        """The address by which a backup reads everything; that of the portal without one."""
        return _with_driver(self.backup_url) if self.backup_url else self.database

    @property
    def blob_dir(self) -> Path:
        """Where scans and printed pages lie, sealed."""
        return self.data_dir / "blobs"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names under which the portal answers."""
        return self.trusted_hosts or OWN_HOSTS

    @property
    def secret_key_path(self) -> Path:
        return self.secret_key_file or self.data_dir / "secret_key"

    @property
    def master_key_path(self) -> Path:
        return self.master_key_file or self.data_dir / "master_key.json"

    @property
    def key_store(self) -> str:
        """The address of the store of wrapped data keys."""
        return (
            _with_driver(self.key_store_url)
            or f"sqlite:///{(self.data_dir / 'vault_keys.sqlite3').resolve()}"
        )

    @property
    def audit_key_path(self) -> Path:
        return self.audit_key_file or self.data_dir / "audit_key.json"

    @property
    def audit_anchor_path(self) -> Path:
        """The file to which the end of the audit record is written regularly."""
        return (self.audit_anchor_dir or self.data_dir / "audit_anchors") / "anchors.jsonl"


def _with_driver(url: str) -> str:
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url


def read_settings() -> Settings:
    """Read the environment.

    Raises:
        UnsafeSetting: a value is wrong; every one is named.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise UnsafeSetting(
            [f"{variable_of(str(e['loc'][0]))}: {e['msg']}" for e in error.errors()]
        ) from error


def load_settings() -> Settings:
    """Read the environment, make sure of the keys, and refuse what is unsafe.

    Raises:
        UnsafeSetting: a value is wrong or, in production, unsafe; every one is named.
    """
    settings = read_settings()
    problems = unsafe(settings)
    if problems:
        raise UnsafeSetting(problems)
    return settings


def variable_of(field: str) -> str:
    """The environment variable of a field."""
    if field.upper() in {"DATABASE_URL", "MIGRATION_URL", "REDIS_URL"}:
        return field.upper()
    return f"PORTAL_{field.upper()}"


def unsafe(settings: Settings) -> list[str]:
    """What keeps the portal from starting (security.md c.0), each with the variable's name."""
    found = of_settings(settings) if settings.production else list(of_module(settings))
    return database_problems(settings) + findings.told(found)


def database_problems(settings: Settings) -> list[str]:
    """Whether the address of the database is one."""
    try:
        backend = make_url(settings.database).get_backend_name()
    except ArgumentError:
        return ["DATABASE_URL: this is no address of a database; e.g. postgresql://portal@/portal"]
    if backend not in {"sqlite", "postgresql"}:
        return [f"DATABASE_URL: {backend} is not supported; use PostgreSQL 15 or later, or SQLite"]
    return []


def secret_key(settings: Settings) -> str:
    """The key that signs the session cookie; made once outside production, kept in `data_dir`."""
    given = settings.secret_key.get_secret_value()
    if given:
        return given
    if not settings.production:
        write_once(settings.secret_key_path, secrets.token_hex(KEY_BYTES))
    return settings.secret_key_path.read_text().strip()


def write_once(path: Path, text: str) -> None:
    """Write a key's file for its owner only, unless it is there: a key is never overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def replace_file(path: Path, text: str) -> None:
    """Put a new content in the place of a key's file at once; it is on the disk before this returns."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
