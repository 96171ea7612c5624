"""create the confirmation list; one number one person

Revision: 0013
Before it: 0012
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

CONFIRMED = sa.text("state = 'confirmed'")
ONE_BLANK = sa.text("state = 'open' AND number_ref IS NULL")
NUMBER = (
    'reference text, person_id integer, state text, blind_index bytea, created_at timestamptz,'
    ' created_by_id integer, confirmed_at timestamptz'
)
FUNCTIONS = (
    (
        f'vault_find_former(of_blind bytea[]) RETURNS TABLE ({NUMBER}) STABLE',
        """
        SELECT n.reference, n.person_id, n.state, n.blind_index, n.created_at, n.created_by_id, n.confirmed_at
        FROM {table} n
        WHERE n.state = 'superseded' AND length(n.sealed) = 0 AND n.person_id IS NOT NULL
            AND n.blind_index = ANY (of_blind)
        ORDER BY n.id DESC
        """,
    ),
    (
        'vault_move(of_person integer, to_person integer, only_these text[]) RETURNS SETOF text VOLATILE',
        """
        UPDATE {table} n SET person_id = to_person
        WHERE n.person_id = of_person AND (only_these IS NULL OR n.reference = ANY (only_these))
        RETURNING n.reference
        """,
    ),
)


def upgrade() -> None:
    later = _hold_what_is_there_twice()
    for name, column in (('digits', 'blind_index'), ('owner', 'person_id')):
        op.create_index(
            f'ix_individual_number_one_{name}', 'individual_number', [column],
            unique=True, sqlite_where=CONFIRMED, postgresql_where=CONFIRMED,
        )
    op.create_table('confirmation_row',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('source', sa.String(length=12), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('other_person_id', sa.Integer(), nullable=True),
    sa.Column('number_ref', sa.String(length=42), nullable=True),
    sa.Column('notification_id', sa.Integer(), nullable=True),
    sa.Column('office_id', sa.Integer(), nullable=True),
    sa.Column('raised_at', UtcDateTime(), nullable=False),
    sa.Column('raised_by_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.String(length=400), nullable=True),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['decided_by_id'], ['ab_user.id'], name=op.f('fk_confirmation_row_decided_by_id_ab_user')),
    sa.ForeignKeyConstraint(['notification_id'], ['notification.id'], name=op.f('fk_confirmation_row_notification_id_notification')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_confirmation_row_office_id_office')),
    sa.ForeignKeyConstraint(['other_person_id'], ['person.id'], name=op.f('fk_confirmation_row_other_person_id_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_confirmation_row_person_id_person')),
    sa.ForeignKeyConstraint(['raised_by_id'], ['ab_user.id'], name=op.f('fk_confirmation_row_raised_by_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_confirmation_row'))
    )
    for column in ('person_id', 'other_person_id', 'notification_id'):
        op.create_index(op.f(f'ix_confirmation_row_{column}'), 'confirmation_row', [column])
    op.create_index('ix_confirmation_row_state', 'confirmation_row', ['state', 'office_id', 'id'])
    op.create_index(
        'ix_confirmation_row_one_blank', 'confirmation_row', ['person_id', 'kind'],
        unique=True, sqlite_where=ONE_BLANK, postgresql_where=ONE_BLANK,
    )

    if later:
        op.bulk_insert(sa.table('confirmation_row', *(sa.column(name) for name in later[0])), later)

    if op.get_bind().dialect.name == 'postgresql':
        _make_functions()


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        for head, _ in FUNCTIONS:
            op.execute(f"DROP FUNCTION {head.split('(')[0]}")
    op.drop_table('confirmation_row')
    for name in ('digits', 'owner'):
        op.drop_index(f'ix_individual_number_one_{name}', 'individual_number')


def _make_functions() -> None:
    schema = op.get_bind().exec_driver_sql('SELECT quote_ident(current_schema())').scalar_one()
    for head, body in FUNCTIONS:
        op.execute(
            f'CREATE FUNCTION {schema}.{head} LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp'
            f" AS $$ {body.format(table=f'{schema}.individual_number')} $$"
        )
        op.execute(f"REVOKE ALL ON FUNCTION {schema}.{head.split('(')[0]} FROM PUBLIC")


def _hold_what_is_there_twice() -> list[dict[str, object]]:
    """A race could give a number, or a person, twice before: the first one stays, the later are held and listed."""
    names = ('id', 'reference', 'state', 'blind_index', 'person_id', 'notification_id', 'confirmed_at', 'created_at')
    number = sa.table('individual_number', *(sa.column(name) for name in names))
    connection = op.get_bind()
    holders: dict[bytes, int] = {}
    owners: set[int] = set()
    listed: list[dict[str, object]] = []
    rows = sa.select(number).where(number.c.state == 'confirmed', number.c.person_id.is_not(None))
    for row in connection.execute(rows.order_by(number.c.id)):
        digits = bytes(row.blind_index)
        if digits not in holders and row.person_id not in owners:
            holders[digits] = row.person_id
            owners.add(row.person_id)
            continue
        other = holders.get(digits)
        listed.append({
            'kind': 'held_by_another' if other not in (None, row.person_id) else 'person_has_another',
            'source': 'register', 'person_id': row.person_id,
            'other_person_id': other if other != row.person_id else None, 'number_ref': f'vault:{row.reference}',
            'notification_id': row.notification_id, 'raised_at': row.confirmed_at or row.created_at, 'state': 'open',
        })
    for one in listed:
        its = number.c.reference == str(one['number_ref']).removeprefix('vault:')
        connection.execute(number.update().where(its).values(state='provisional', person_id=None, confirmed_at=None))
    return listed
