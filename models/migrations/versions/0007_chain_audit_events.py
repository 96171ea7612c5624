"""chain the audit events, and let nobody change them

Revision: 0007
Before it: 0006

Events that were written before are chained in their order, persons and households in them by pseudonym. Going
back takes the chain away; pseudonyms stay.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from models.audit import chain
from models.audit.chain import Entry, Head
from models.audit.pseudonym import pseudonym_of
from models.crypto import audit_keys

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

AT_ONCE = 1000
ADDED = ("terminal", "purpose", "result", "key_id", "mac")
PART = """
    SELECT id, {at} AS at, actor_id, staff_number, office_id, tag, subject, case_id, {detail} AS detail
    FROM audit_event WHERE id > :after ORDER BY id LIMIT :many
"""
AT = {"sqlite": "at", "postgresql": "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"}
SET = sa.text(
    "UPDATE audit_event SET subject = :subject, result = :result, key_id = :key_id, mac = :mac WHERE id = :id"
)
POSTGRESQL = """
    CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit record is only added to' USING ERRCODE = 'insufficient_privilege';
    END $$;
    CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
        FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
    CREATE TRIGGER audit_head_stays BEFORE DELETE OR TRUNCATE ON audit_head
        FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
    CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head
        FOR EACH ROW WHEN (NEW.last_id <= OLD.last_id) EXECUTE FUNCTION audit_is_append_only()
"""
SQLITE = tuple(
    f"CREATE TRIGGER {name} BEFORE {when} BEGIN SELECT RAISE(ABORT, 'the audit record is only added to'); END"
    for name, when in (
        ("audit_event_no_update", "UPDATE ON audit_event"),
        ("audit_event_no_delete", "DELETE ON audit_event"),
        ("audit_head_no_delete", "DELETE ON audit_head"),
        ("audit_head_forward", "UPDATE ON audit_head WHEN NEW.last_id <= OLD.last_id"),
    )
)


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("mac", sa.LargeBinary(32), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("seal", sa.LargeBinary(32), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    with op.batch_alter_table("audit_event") as batch:
        batch.add_column(sa.Column("terminal", sa.String(60), nullable=False, server_default=""))
        batch.add_column(sa.Column("purpose", sa.String(40), nullable=False, server_default=""))
        batch.add_column(sa.Column("result", sa.String(12), nullable=False, server_default="done"))
        batch.add_column(sa.Column("key_id", sa.String(16), nullable=False, server_default=""))
        batch.add_column(sa.Column("mac", sa.LargeBinary(32), nullable=True))
    head = _chain(op.get_bind())
    op.get_bind().execute(
        sa.text("INSERT INTO audit_head (id, last_id, mac, key_id, seal) VALUES (1, :last_id, :mac, :key_id, :seal)"),
        vars(head),
    )
    with op.batch_alter_table("audit_event") as batch:
        for name, kind in (("terminal", 60), ("purpose", 40), ("result", 12), ("key_id", 16)):
            batch.alter_column(name, existing_type=sa.String(kind), server_default=None)
        batch.alter_column("mac", existing_type=sa.LargeBinary(32), nullable=False)
    for statement in (POSTGRESQL,) if _is_postgresql() else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    if _is_postgresql():
        op.execute("DROP TRIGGER audit_event_append_only ON audit_event")
    else:
        op.execute("DROP TRIGGER audit_event_no_update")
        op.execute("DROP TRIGGER audit_event_no_delete")
    op.drop_table("audit_head")
    if _is_postgresql():
        op.execute("DROP FUNCTION audit_is_append_only()")
    with op.batch_alter_table("audit_event") as batch:
        for name in ADDED:
            batch.drop_column(name)


def _chain(connection: sa.Connection) -> Head:
    """Chain what is there, in parts; without events no key is needed."""
    head = Head(0, chain.GENESIS, "", b"")
    for row in _events(connection):
        entry = Entry(
            row.at,
            row.actor_id,
            row.staff_number,
            row.office_id,
            "",
            row.tag,
            pseudonym_of(row.subject),
            row.case_id,
            "",
            "refused" if row.tag in {"login:refused", "request:refused"} else "done",
            row.detail,
        )
        key_id = audit_keys.keys().current_id
        key = audit_keys.chain_key(key_id)
        mac = chain.mac_of(key, head.mac, chain.content_of(entry, row.id, key_id))
        head = Head(row.id, mac, key_id, chain.seal_of(key, row.id, mac, key_id))
        values = {"subject": entry.subject, "result": entry.result, "key_id": key_id, "mac": mac, "id": row.id}
        connection.execute(SET, values)
    return head


def _events(connection: sa.Connection) -> Iterator[sa.Row]:
    name = connection.dialect.name
    detail = "CAST(detail AS text)" if name == "postgresql" else "detail"
    statement = sa.text(PART.format(at=AT[name], detail=detail))
    after = 0
    while rows := connection.execute(statement, {"after": after, "many": AT_ONCE}).all():
        yield from rows
        after = rows[-1].id


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
