"""What the portal's own role may do in PostgreSQL where the tables belong to another one (M12, T15).

It reads and writes the tables; to the audit record it only adds, and the end of the record it only moves. The
vault of numbers belongs to a third role: of it the portal may call the functions, and nothing else.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from models.vault_functions import FUNCTIONS
from models.vault_table import TABLE

_GRANTS = """
    GRANT USAGE ON SCHEMA {schema} TO {role};
    REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};
    REVOKE UPDATE, DELETE ON audit_event FROM {role};
    REVOKE INSERT, DELETE ON audit_head FROM {role};
    REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role};
    GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA {schema} TO {role};
    REVOKE ALL ON {schema}.individual_number FROM {role}, PUBLIC;
    REVOKE ALL ON SEQUENCE {schema}.individual_number_id_seq FROM {role}, PUBLIC
"""
_VAULT = """
    GRANT USAGE, CREATE ON SCHEMA {schema} TO {vault};
    ALTER TABLE {schema}.individual_number OWNER TO {vault};
    {functions};
    REVOKE CREATE ON SCHEMA {schema} FROM {vault}
"""
_FUNCTION = """
    ALTER FUNCTION {schema}.{name} OWNER TO {vault};
    REVOKE ALL ON FUNCTION {schema}.{name} FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION {schema}.{name} TO {role}
"""


class VaultRoleMissing(RuntimeError):
    """The role that is to own the vault is not there, or the owner of the tables is no member of it."""


def grant(connection: Connection, role: str, vault_role: str) -> None:
    """Give the portal's role what it needs and nothing more, and the vault its own owner; again at any time.

    Raises:
        ValueError: the role owns the tables or the vault itself, so that nothing could be kept from it.
        VaultRoleMissing: the vault's role has to be made by whoever may make roles.
    """
    owner = connection.exec_driver_sql("SELECT current_user").scalar_one()
    if owner == role:
        raise ValueError("MIGRATION_URL and DATABASE_URL name the same role")
    _ensure_vault_role(connection, vault_role)
    if _is_member(connection, role, vault_role):
        raise ValueError(f"PORTAL_VAULT_ROLE: the role of DATABASE_URL ({role}) is a member of {vault_role}")
    quote = connection.dialect.identifier_preparer.quote_identifier
    schema = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
    names = {"schema": quote(schema), "role": quote(role), "vault": quote(vault_role)}
    functions = ";".join(
        _FUNCTION.format(name=f"{name}({kinds})", **names) for name, kinds in FUNCTIONS.items()
    )
    connection.exec_driver_sql(_VAULT.format(functions=functions, **names))
    connection.exec_driver_sql(_GRANTS.format(**names))


def sees_vault(connection: Connection) -> bool:
    """Whether the role of this connection could read the table of the numbers past the vault's functions."""
    if connection.dialect.name != "postgresql":
        return True
    asked = text("SELECT has_table_privilege(current_user, :name, 'SELECT')")
    return bool(connection.execute(asked, {"name": TABLE}).scalar_one())


def _ensure_vault_role(connection: Connection, vault_role: str) -> None:
    quote = connection.dialect.identifier_preparer.quote_identifier
    exists = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
    owner = connection.exec_driver_sql("SELECT current_user").scalar_one()
    by_hand = f"CREATE ROLE {quote(vault_role)} NOLOGIN; GRANT {quote(vault_role)} TO {quote(owner)}"
    if not connection.execute(exists, {"role": vault_role}).first():
        may = "SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user"
        if not connection.exec_driver_sql(may).scalar_one():
            raise VaultRoleMissing(
                f"PORTAL_VAULT_ROLE: PostgreSQL has no role {vault_role}, and {owner} may not make one. "
                f"As a superuser: {by_hand}"
            )
        connection.exec_driver_sql(by_hand)
    if not _is_member(connection, owner, vault_role):
        raise VaultRoleMissing(
            f"PORTAL_VAULT_ROLE: {owner} is no member of {vault_role} and cannot hand the vault over to it. "
            f"As a superuser: GRANT {quote(vault_role)} TO {quote(owner)}"
        )


def _is_member(connection: Connection, one: str, other: str) -> bool:
    asked = text("SELECT pg_has_role(:one, :other, 'USAGE')")
    return bool(connection.execute(asked, {"one": one, "other": other}).scalar_one())
