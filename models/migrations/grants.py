"""What the portal's own role may do in PostgreSQL where the tables belong to another one (M12, T15).

It reads and writes the tables; to the audit record it only adds, and the end of the record it only moves.
"""

from __future__ import annotations

from sqlalchemy import Connection

_GRANTS = """
    GRANT USAGE ON SCHEMA {schema} TO {role};
    REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};
    REVOKE UPDATE, DELETE ON audit_event FROM {role};
    REVOKE INSERT, DELETE ON audit_head FROM {role};
    REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role};
    GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}
"""


def grant(connection: Connection, role: str) -> None:
    """Give the portal's role what it needs and nothing more; again after each upgrade.

    Raises:
        ValueError: the role owns the tables itself, so that nothing could be kept from it.
    """
    owner = connection.exec_driver_sql("SELECT current_user").scalar_one()
    if owner == role:
        raise ValueError("MIGRATION_URL and DATABASE_URL name the same role")
    quote = connection.dialect.identifier_preparer.quote_identifier
    schema = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
    connection.exec_driver_sql(_GRANTS.format(schema=quote(schema), role=quote(role)))
