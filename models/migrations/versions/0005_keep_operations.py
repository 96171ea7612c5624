"""keep what operators did to cases

Revision: 0005
Before it: 0004
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('operation_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('slug', sa.String(length=40), nullable=False),
    sa.Column('from_hash', sa.String(length=64), nullable=False),
    sa.Column('to_hash', sa.String(length=64), nullable=False),
    sa.Column('takes_back_id', sa.Integer(), nullable=True),
    sa.Column('element_id', sa.String(length=60), nullable=False),
    sa.Column('reason', sa.String(length=400), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('job_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['asked_by_id'], ['ab_user.id'], name=op.f('fk_operation_run_asked_by_id_ab_user')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_operation_run_office_id_office')),
    sa.ForeignKeyConstraint(['takes_back_id'], ['operation_run.id'], name=op.f('fk_operation_run_takes_back_id_operation_run')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_operation_run'))
    )
    with op.batch_alter_table('operation_run', schema=None) as batch_op:
        batch_op.create_index('ix_operation_run_kind', ['kind', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_operation_run_takes_back_id'), ['takes_back_id'], unique=False)

    op.create_table('case_migration',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=True),
    sa.Column('from_hash', sa.String(length=64), nullable=False),
    sa.Column('to_hash', sa.String(length=64), nullable=False),
    sa.Column('blob', sa.LargeBinary(), nullable=True),
    sa.Column('moved_hash', sa.String(length=64), nullable=False),
    sa.Column('items', sa.JSON(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('taken_back_at', UtcDateTime(), nullable=True),
    sa.Column('taken_back_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['ab_user.id'], name=op.f('fk_case_migration_by_id_ab_user')),
    sa.ForeignKeyConstraint(['case_id'], ['workflow_case.id'], name=op.f('fk_case_migration_case_id_workflow_case')),
    sa.ForeignKeyConstraint(['run_id'], ['operation_run.id'], name=op.f('fk_case_migration_run_id_operation_run')),
    sa.ForeignKeyConstraint(['taken_back_by_id'], ['ab_user.id'], name=op.f('fk_case_migration_taken_back_by_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_migration'))
    )
    with op.batch_alter_table('case_migration', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_migration_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_migration_run_id'), ['run_id'], unique=False)

    op.create_table('operation_result',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('incident_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('message_ja', sa.String(length=500), nullable=False),
    sa.Column('message_en', sa.String(length=500), nullable=False),
    sa.Column('done_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['workflow_case.id'], name=op.f('fk_operation_result_case_id_workflow_case')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_operation_result_incident_id_incident')),
    sa.ForeignKeyConstraint(['run_id'], ['operation_run.id'], name=op.f('fk_operation_result_run_id_operation_run')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_operation_result'))
    )
    with op.batch_alter_table('operation_result', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_operation_result_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_operation_result_incident_id'), ['incident_id'], unique=False)
        batch_op.create_index('ix_operation_result_run', ['run_id', 'id'], unique=False)
        batch_op.create_index('ix_operation_result_waiting', ['run_id', 'id'], unique=False, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))

    with op.batch_alter_table('case_event', schema=None) as batch_op:
        batch_op.create_index('ix_case_event_service', ['at'], unique=False, sqlite_where=sa.text("kind = 'service'"), postgresql_where=sa.text("kind = 'service'"))

    with op.batch_alter_table('work_item', schema=None) as batch_op:
        batch_op.create_index('ix_work_item_done', ['done_at'], unique=False, sqlite_where=sa.text("state = 'done'"), postgresql_where=sa.text("state = 'done'"))

    with op.batch_alter_table('workflow_case', schema=None) as batch_op:
        batch_op.create_index('ix_workflow_case_unfinished', ['slug', 'definition_hash', 'id'], unique=False, sqlite_where=sa.text("state IN ('open', 'suspended')"), postgresql_where=sa.text("state IN ('open', 'suspended')"))


def downgrade() -> None:
    with op.batch_alter_table('workflow_case', schema=None) as batch_op:
        batch_op.drop_index('ix_workflow_case_unfinished', sqlite_where=sa.text("state IN ('open', 'suspended')"), postgresql_where=sa.text("state IN ('open', 'suspended')"))
    with op.batch_alter_table('work_item', schema=None) as batch_op:
        batch_op.drop_index('ix_work_item_done', sqlite_where=sa.text("state = 'done'"), postgresql_where=sa.text("state = 'done'"))
    with op.batch_alter_table('case_event', schema=None) as batch_op:
        batch_op.drop_index('ix_case_event_service', sqlite_where=sa.text("kind = 'service'"), postgresql_where=sa.text("kind = 'service'"))
    op.drop_table('operation_result')
    op.drop_table('case_migration')
    op.drop_table('operation_run')
