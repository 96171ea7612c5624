"""create jobs, their skips and the calendar; the messages of the outbox become jobs

Revision: 0004
Before it: 0003
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

MOST_ATTEMPTS = 10
WAITING, RUNNING = sa.text("state = 'waiting'"), sa.text("state = 'running'")
UNDONE = sa.text('done_at IS NULL')


def upgrade() -> None:
    op.create_table('job',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('idempotency_key', sa.String(length=160), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('next_at', UtcDateTime(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('max_attempts', sa.Integer(), nullable=False),
    sa.Column('lease_owner', sa.String(length=80), nullable=True),
    sa.Column('lease_until', UtcDateTime(), nullable=True),
    sa.Column('fence', sa.Integer(), nullable=False),
    sa.Column('checkpoint', sa.JSON(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=True),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('skipped', sa.Integer(), nullable=False),
    sa.Column('message_ja', sa.String(length=300), nullable=False),
    sa.Column('message_en', sa.String(length=300), nullable=False),
    sa.Column('last_error', sa.String(length=500), nullable=True),
    sa.Column('last_error_en', sa.String(length=500), nullable=True),
    sa.Column('cancel_asked_at', UtcDateTime(), nullable=True),
    sa.Column('office_id', sa.Integer(), nullable=True),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('asked_staff_number', sa.String(length=32), nullable=False),
    sa.Column('asked_roles', sa.JSON(), nullable=False),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.Column('started_at', UtcDateTime(), nullable=True),
    sa.Column('done_before', sa.Integer(), nullable=False),
    sa.Column('moved_at', UtcDateTime(), nullable=True),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['asked_by_id'], ['ab_user.id'], name=op.f('fk_job_asked_by_id_ab_user')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_job_office_id_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job')),
    sa.UniqueConstraint('idempotency_key', name=op.f('uq_job_idempotency_key'))
    )
    op.create_index('ix_job_waiting', 'job', ['priority', 'next_at', 'id'], unique=False, sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_index('ix_job_running', 'job', ['lease_until'], unique=False, sqlite_where=RUNNING, postgresql_where=RUNNING)
    op.create_index('ix_job_asked_by', 'job', ['asked_by_id', 'id'], unique=False)
    op.create_index('ix_job_state', 'job', ['state', 'id'], unique=False)
    op.create_table('job_skip',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('job_id', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('subject', sa.String(length=60), nullable=False),
    sa.Column('reason_ja', sa.String(length=300), nullable=False),
    sa.Column('reason_en', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['job_id'], ['job.id'], name=op.f('fk_job_skip_job_id_job')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job_skip'))
    )
    op.create_index(op.f('ix_job_skip_job_id'), 'job_skip', ['job_id'], unique=False)
    op.create_table('periodic_job',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('asked_upto', UtcDateTime(), nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('because', sa.String(length=200), nullable=True),
    sa.Column('changed_at', UtcDateTime(), nullable=True),
    sa.Column('changed_by_id', sa.Integer(), nullable=True),
    sa.Column('last_job_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['changed_by_id'], ['ab_user.id'], name=op.f('fk_periodic_job_changed_by_id_ab_user')),
    sa.ForeignKeyConstraint(['last_job_id'], ['job.id'], name=op.f('fk_periodic_job_last_job_id_job')),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_periodic_job'))
    )
    _bring_messages_over()
    op.drop_index('ix_outbox_message_waiting', table_name='outbox_message')
    op.drop_table('outbox_message')


def _bring_messages_over() -> None:
    """Each message is a job of who asked for it; what was done stays known by its key."""
    connection = op.get_bind()
    outbox, job = _table(connection, 'outbox_message'), _table(connection, 'job')
    for row in connection.execute(sa.select(outbox).order_by(outbox.c.id)).mappings():
        payload = dict(row['payload'])
        by = payload.pop('by', None) or {}
        connection.execute(job.insert(), {
            'kind': row['kind'], 'payload': payload, 'idempotency_key': row['idempotency_key'],
            'state': 'waiting' if row['done_at'] is None else 'done', 'priority': 0,
            'next_at': row['next_at'], 'attempts': 0, 'max_attempts': MOST_ATTEMPTS, 'fence': 0,
            'checkpoint': {}, 'done': 0, 'skipped': 0, 'message_ja': '', 'message_en': '',
            'last_error': row['last_error'], 'last_error_en': row['last_error'],
            'office_id': by.get('office_id'), 'asked_by_id': by.get('staff_id'),
            'asked_staff_number': by.get('staff_number', 'system'),
            'asked_roles': ['section_chief'] if by else [], 'asked_at': row['created_at'],
            'done_before': 0, 'ended_at': row['done_at'],
        })


def _table(connection: sa.Connection, name: str) -> sa.Table:
    """A table as it is now, its JSON columns read as such."""
    json = sa.JSON()
    columns = {'outbox_message': ('payload',), 'job': ('payload', 'checkpoint', 'asked_roles')}[name]
    return sa.Table(name, sa.MetaData(), *(sa.Column(one, json) for one in columns), autoload_with=connection)


def downgrade() -> None:
    op.create_table('outbox_message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('idempotency_key', sa.String(length=120), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('done_at', UtcDateTime(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_at', UtcDateTime(), nullable=False),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_message')),
    sa.UniqueConstraint('idempotency_key', name=op.f('uq_outbox_message_idempotency_key'))
    )
    op.create_index('ix_outbox_message_waiting', 'outbox_message', ['next_at', 'id'], unique=False, sqlite_where=UNDONE, postgresql_where=UNDONE)
    _take_messages_back()
    op.drop_table('periodic_job')
    op.drop_index(op.f('ix_job_skip_job_id'), table_name='job_skip')
    op.drop_table('job_skip')
    for name in ('ix_job_waiting', 'ix_job_running', 'ix_job_asked_by', 'ix_job_state'):
        op.drop_index(name, table_name='job')
    op.drop_table('job')


def _take_messages_back() -> None:
    """What the version before knows goes back into its outbox; cancelled work and other kinds do not."""
    connection = op.get_bind()
    outbox, job = _table(connection, 'outbox_message'), _table(connection, 'job')
    known = job.c.kind.in_(('start_case', 'issue_certificates')) & (job.c.state != 'cancelled')
    for row in connection.execute(sa.select(job).where(known).order_by(job.c.id)).mappings():
        by = {'staff_id': row['asked_by_id'], 'staff_number': row['asked_staff_number'], 'office_id': row['office_id']}
        connection.execute(outbox.insert(), {
            'kind': row['kind'], 'payload': dict(row['payload']) | {'by': by},
            'idempotency_key': row['idempotency_key'], 'created_at': row['asked_at'],
            'done_at': (row['ended_at'] or row['asked_at']) if row['state'] == 'done' else None,
            'attempts': row['attempts'], 'next_at': row['next_at'], 'last_error': row['last_error'],
        })
