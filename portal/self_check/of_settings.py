"""What can be said from the environment and the key files alone, before anything is opened."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from portal.self_check.findings import Finding, finding

if TYPE_CHECKING:
    from portal.settings import Settings

KEY_BYTES = 32
SECRET_REMEDY = "too weak; make one by `python -c 'import secrets; print(secrets.token_hex(32))'`"  # noqa: S105 - words


def of_settings(settings: Settings) -> list[Finding]:
    """Every finding, in the order of docs/security/self-check.md."""
    return [
        *_session_key(settings),
        *_modes(settings),
        *_doors(settings),
        *_stores(settings),
        *_scanner(settings),
        key_file("PORTAL_MASTER_KEY_FILE", settings.master_key_path),
        key_file("PORTAL_AUDIT_KEY_FILE", settings.audit_key_path),
        *of_module(settings),
        *_keys_apart(settings),
    ]


def of_module(settings: Settings) -> Iterator[Finding]:
    """What a hardware module needs that keeps the keys of the vault; in every environment."""
    if settings.key_provider != "pkcs11":
        return
    yield finding(
        "PORTAL_HSM_MODULE",
        "the maker's PKCS#11 module is there",
        "set the path of the maker's PKCS#11 module (a file .so)",
        holds=settings.hsm_module is not None and settings.hsm_module.is_file(),
        missing=True,
    )
    yield finding(
        "PORTAL_HSM_TOKEN",
        "the token that holds the keys is named",
        "set the label of the token that holds the keys",
        holds=bool(settings.hsm_token),
        missing=True,
    )
    yield key_file("PORTAL_HSM_PIN_FILE", settings.hsm_pin_file or Path("no file"))


def _session_key(settings: Settings) -> Iterator[Finding]:
    given, path = settings.secret_key.get_secret_value(), settings.secret_key_path
    if given:
        yield _strong("PORTAL_SECRET_KEY", given)
        return
    file = key_file("PORTAL_SECRET_KEY_FILE", path)
    yield file
    if not file.remedy:
        yield _strong("PORTAL_SECRET_KEY_FILE", path.read_text().strip())


def _strong(variable: str, secret: str) -> Finding:
    holds = len(secret) >= KEY_BYTES and len(set(secret)) >= KEY_BYTES // 4
    return finding(variable, "the key of the sessions is long and random", SECRET_REMEDY, holds=holds)


def key_file(variable: str, path: Path) -> Finding:
    """Whether a key's file is there and readable by its owner only."""
    rule = "the key's file is there, for its owner only"
    if not path.is_file():
        remedy = f"{path} is not there; the key is made by the operator (docs/settings.md)"
        return finding(variable, rule, remedy, holds=False, missing=True)
    remedy = f"{path} can be read by others; chmod 600"
    return finding(
        variable, rule, remedy, holds=not path.stat().st_mode & (0o007 if _is_handed_over(path) else 0o077)
    )


def _is_handed_over(path: Path) -> bool:
    """Whether the service manager gave the file to this process alone (systemd's LoadCredential).

    It may do so by an access list, which shows as the group's right to read; the folder is this process's.
    """
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return folder is not None and path.parent == Path(folder)


def _modes(settings: Settings) -> Iterator[Finding]:
    yield finding(
        "PORTAL_DEBUG",
        "debugging is off",
        "debugging shows code and data to whoever makes an error; unset it",
        holds=not settings.debug,
    )
    yield finding(
        "PORTAL_DEMO_DATA",
        "demonstration data are refused",
        "demonstration data are refused in production; unset it",
        holds=not settings.demo_data,
    )
    yield finding(
        "PORTAL_MUNICIPALITY_CODE",
        "the city is named",
        "set the six digits of the city",
        holds=bool(settings.municipality_code),
        missing=True,
    )


def _doors(settings: Settings) -> Iterator[Finding]:
    yield finding(
        "PORTAL_TRUSTED_HOSTS",
        "the portal answers under its own names only",
        "set the portal's host names, comma-separated",
        holds=bool(settings.trusted_hosts),
        missing=True,
    )
    wild = any(host.strip() in {"*", ""} or host.startswith(".") for host in settings.trusted_hosts)
    yield finding(
        "PORTAL_TRUSTED_HOSTS",
        "no name is a wildcard",
        "name each host; a wildcard lets a foreign host name in",
        holds=not wild,
    )
    yield finding(
        "PORTAL_COOKIE_SECURE",
        "cookies go by HTTPS only, and HTTP is refused",
        "set it to true and serve by HTTPS only",
        holds=settings.cookie_secure,
    )


def _stores(settings: Settings) -> Iterator[Finding]:
    yield finding(
        "DATABASE_URL",
        "the database is PostgreSQL",
        "SQLite is for a trial; set PostgreSQL",
        holds=not settings.database.startswith("sqlite"),
    )
    yield finding(
        "REDIS_URL",
        "limits are counted where all processes see them",
        "limits are counted in a shared place, never in memory",
        holds=not settings.redis_url.startswith("memory:"),
    )


def _scanner(settings: Settings) -> Iterator[Finding]:
    yield finding(
        "PORTAL_SCANNER",
        "every file that comes in is looked at by a virus scanner",
        "name the socket of ClamAV's clamd, e.g. unix:/run/clamav/clamd.ctl",
        holds=settings.scanner != "off",
        missing=True,
    )


def _keys_apart(settings: Settings) -> Iterator[Finding]:
    """Keys that lie where blobs and backups are taken from would go with them."""
    blobs = settings.blob_dir.resolve()
    for variable, path in (
        ("PORTAL_MASTER_KEY_FILE", settings.master_key_path),
        ("PORTAL_AUDIT_KEY_FILE", settings.audit_key_path),
    ):
        yield finding(
            variable,
            "the key lies apart from what it seals",
            f"{path} lies among the sealed files; keep keys in a folder of their own",
            holds=blobs not in path.resolve().parents,
        )
    anchors = settings.audit_anchor_path.resolve().parent
    yield finding(
        "PORTAL_AUDIT_ANCHOR_DIR",
        "the audit key lies apart from the ends of the record that it proves",
        f"{settings.audit_key_path} lies in {anchors}; keep the key on this machine, the ends on another",
        holds=anchors not in settings.audit_key_path.resolve().parents,
    )
    yield finding(
        "PORTAL_KEY_STORE_URL",
        "wrapped keys lie in another database than the numbers",
        "name another database than DATABASE_URL; who restores one must not get the other with it",
        holds=settings.key_store != settings.database,
    )
