"""keep waiting events, timers and incidents

Revision: 0002
Before it: 0001
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime, key_text


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table('case_timer')  # nothing has written it before this revision
    op.create_table('case_timer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('task_guid', sa.String(length=36), nullable=False),
    sa.Column('element_id', sa.String(length=60), nullable=False),
    sa.Column('due_at', UtcDateTime(), nullable=False),
    sa.Column('wake_at', UtcDateTime(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['workflow_case.id'], name=op.f('fk_case_timer_case_id_workflow_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_timer')),
    sa.UniqueConstraint('task_guid', name=op.f('uq_case_timer_task_guid'))
    )
    with op.batch_alter_table('case_timer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_timer_case_id'), ['case_id'], unique=False)
        batch_op.create_index('ix_case_timer_wake', ['wake_at', 'id', 'case_id'], unique=False, sqlite_where=sa.text('wake_at IS NOT NULL'), postgresql_where=sa.text('wake_at IS NOT NULL'))

    op.create_table('case_waiting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('task_guid', sa.String(length=36), nullable=False),
    sa.Column('element_id', sa.String(length=60), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('name', key_text(100), nullable=False),
    sa.Column('correlation_key', key_text(200), nullable=False),
    sa.Column('title_ja', sa.String(length=100), nullable=False),
    sa.Column('title_en', sa.String(length=100), nullable=False),
    sa.Column('since', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['workflow_case.id'], name=op.f('fk_case_waiting_case_id_workflow_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_waiting')),
    sa.UniqueConstraint('task_guid', name=op.f('uq_case_waiting_task_guid'))
    )
    with op.batch_alter_table('case_waiting', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_waiting_case_id'), ['case_id'], unique=False)
        batch_op.create_index('ix_case_waiting_for', ['kind', 'name', 'correlation_key'], unique=False)

    op.create_table('incident',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('job_id', sa.Integer(), nullable=True),
    sa.Column('office_id', sa.Integer(), nullable=True),
    sa.Column('slug', sa.String(length=40), nullable=False),
    sa.Column('definition_hash', sa.String(length=64), nullable=False),
    sa.Column('definition_version', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('element_id', sa.String(length=60), nullable=False),
    sa.Column('title_ja', sa.String(length=100), nullable=False),
    sa.Column('title_en', sa.String(length=100), nullable=False),
    sa.Column('task_guid', sa.String(length=36), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('message_ja', sa.String(length=500), nullable=False),
    sa.Column('message_en', sa.String(length=500), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('first_at', UtcDateTime(), nullable=False),
    sa.Column('last_at', UtcDateTime(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('settled_at', UtcDateTime(), nullable=True),
    sa.Column('settled_by_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=400), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['workflow_case.id'], name=op.f('fk_incident_case_id_workflow_case')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_incident_office_id_office')),
    sa.ForeignKeyConstraint(['settled_by_id'], ['ab_user.id'], name=op.f('fk_incident_settled_by_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident'))
    )
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_incident_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_incident_job_id'), ['job_id'], unique=False)
        batch_op.create_index('ix_incident_open', ['office_id', 'last_at', 'id'], unique=False, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))


def downgrade() -> None:
    op.drop_table('incident')
    op.drop_table('case_waiting')
    op.drop_table('case_timer')
    op.create_table('case_timer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('element_id', sa.String(length=60), nullable=False),
    sa.Column('due_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['workflow_case.id'], name=op.f('fk_case_timer_case_id_workflow_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_timer'))
    )
    with op.batch_alter_table('case_timer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_timer_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_timer_due_at'), ['due_at'], unique=False)
