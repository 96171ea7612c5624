"""let the vault of numbers be reached by functions of its owner

Revision: 0011
Before it: 0010

On PostgreSQL only. The functions run with their owner's rights and find no name but by its schema. Whose they are,
and who may call them, is settled by `flask setup` (models/migrations/grants.py).
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NUMBER = (
    "reference text, person_id integer, state text, blind_index bytea, created_at timestamptz,"
    " created_by_id integer, confirmed_at timestamptz"
)
KNOWN = "n.reference, n.person_id, n.state, n.blind_index, n.created_at, n.created_by_id, n.confirmed_at"
IN_USE = "n.state IN ('provisional', 'confirmed')"
NO_TRACE = "decode(repeat('00', 32), 'hex')"
FUNCTIONS = (
    (
        "vault_add(of_reference text[], of_sealed bytea[], of_blind bytea[], of_person integer[], with_key text,"
        " as_state text, moment timestamptz, by_id integer) RETURNS integer VOLATILE",
        """
        WITH added AS (
            INSERT INTO {table}
                (reference, sealed, blind_index, person_id, key_id, state, created_at, created_by_id, confirmed_at)
            SELECT one.reference, one.sealed, one.blind, one.person, with_key, as_state, moment, by_id,
                CASE WHEN as_state = 'confirmed' THEN moment END
            FROM unnest(of_reference, of_sealed, of_blind, of_person) AS one (reference, sealed, blind, person)
            WHERE as_state IN ('provisional', 'confirmed') RETURNING 1)
        SELECT count(*)::integer FROM added
        """,
    ),
    (
        f"vault_find(wanted text[]) RETURNS TABLE ({NUMBER}) STABLE",
        f"SELECT {KNOWN} FROM {{table}} n WHERE n.reference = ANY (wanted)",
    ),
    (
        f"vault_find_confirmed(of_person integer[], of_blind bytea[]) RETURNS TABLE ({NUMBER}) STABLE",
        f"""
        SELECT {KNOWN} FROM {{table}} n
        WHERE n.state = 'confirmed' AND (n.person_id = ANY (of_person) OR n.blind_index = ANY (of_blind))
        ORDER BY n.id DESC
        """,
    ),
    (
        "vault_sealed_of(wanted text) RETURNS bytea STABLE",
        "SELECT n.sealed FROM {table} n WHERE n.reference = wanted",
    ),
    (
        "vault_confirm(of_reference text[], of_person integer[], by_notification integer, moment timestamptz)"
        " RETURNS integer VOLATILE",
        """
        WITH changed AS (
            UPDATE {table} n SET state = 'confirmed', confirmed_at = moment, person_id = one.person,
                notification_id = by_notification
            FROM unnest(of_reference, of_person) AS one (reference, person)
            WHERE n.reference = one.reference AND n.state = 'provisional' RETURNING 1)
        SELECT count(*)::integer FROM changed
        """,
    ),
    (
        "vault_end(wanted text[], as_state text, moment timestamptz, forget boolean) RETURNS integer VOLATILE",
        f"""
        WITH changed AS (
            UPDATE {{table}} n SET state = as_state, superseded_at = moment, sealed = '',
                blind_index = CASE WHEN forget THEN {NO_TRACE} ELSE n.blind_index END
            WHERE n.reference = ANY (wanted) AND {IN_USE} AND as_state IN ('superseded', 'discarded') RETURNING 1)
        SELECT count(*)::integer FROM changed
        """,
    ),
    (
        "vault_unlink(by_notification integer, moment timestamptz) RETURNS SETOF integer VOLATILE",
        """
        UPDATE {table} n SET state = 'superseded', superseded_at = moment
        WHERE n.notification_id = by_notification AND n.state = 'confirmed' RETURNING n.person_id
        """,
    ),
    (
        "vault_list_provisional(before timestamptz) RETURNS SETOF text VOLATILE",
        """
        SELECT n.reference FROM {table} n WHERE n.state = 'provisional' AND n.created_at < before
        ORDER BY n.id FOR UPDATE
        """,
    ),
    (
        "vault_list_keyless(at_once integer) RETURNS SETOF text STABLE",
        f"""
        SELECT n.reference FROM {{table}} n
        WHERE NOT ({IN_USE}) AND length(n.sealed) = 0 AND n.key_id <> 'destroyed' ORDER BY n.id LIMIT at_once
        """,
    ),
    (
        "vault_note_destroyed(wanted text[]) RETURNS integer VOLATILE",
        f"""
        WITH changed AS (
            UPDATE {{table}} n SET key_id = 'destroyed',
                blind_index = CASE WHEN n.state = 'discarded' THEN {NO_TRACE} ELSE n.blind_index END
            WHERE n.reference = ANY (wanted) AND NOT ({IN_USE}) RETURNING 1)
        SELECT count(*)::integer FROM changed
        """,
    ),
    (
        "vault_known(wanted text[]) RETURNS SETOF text STABLE",
        "SELECT n.reference FROM {table} n WHERE n.reference = ANY (wanted)",
    ),
)


def upgrade() -> None:
    if not _is_postgresql():
        return
    schema = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    for head, body in FUNCTIONS:
        op.execute(
            f"CREATE FUNCTION {schema}.{head} LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
            f" AS $$ {body.format(table=f'{schema}.individual_number')} $$"
        )
        op.execute(f"REVOKE ALL ON FUNCTION {schema}.{_name(head)} FROM PUBLIC")


def downgrade() -> None:
    if _is_postgresql():
        for head, _ in reversed(FUNCTIONS):
            op.execute(f"DROP FUNCTION {_name(head)}")


def _name(head: str) -> str:
    return head.split("(")[0]


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
