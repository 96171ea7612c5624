"""keep the day on which a draft comes in force, and what replays over finished cases found

Revision: 0025
Before it: 0024
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

PLANNED = sa.text("state = 'planned'")


def upgrade() -> None:
    op.create_table('definition_plan',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=True),
    sa.Column('slug', sa.String(length=40), nullable=False),
    sa.Column('draft_count', sa.Integer(), nullable=False),
    sa.Column('comes_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=400), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('planned_by_id', sa.Integer(), nullable=False),
    sa.Column('planned_staff_number', sa.String(length=32), nullable=False),
    sa.Column('planned_at', UtcDateTime(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.Column('told_ja', sa.String(length=400), nullable=False),
    sa.Column('told_en', sa.String(length=400), nullable=False),
    sa.Column('version', sa.Integer(), nullable=True),
    sa.Column('author_saw_at', UtcDateTime(), nullable=True),
    sa.Column('planner_saw_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['ab_user.id'], name=op.f('fk_definition_plan_author_id_ab_user')),
    sa.ForeignKeyConstraint(['draft_id'], ['definition_draft.id'], name=op.f('fk_definition_plan_draft_id_definition_draft'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['planned_by_id'], ['ab_user.id'], name=op.f('fk_definition_plan_planned_by_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_definition_plan'))
    )
    op.create_index('uq_definition_plan_planned', 'definition_plan', ['draft_id'], unique=True, sqlite_where=PLANNED, postgresql_where=PLANNED)
    op.create_table('replay_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=True),
    sa.Column('draft_count', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=40), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('to_on', sa.Date(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('passes', sa.JSON(), nullable=False),
    sa.Column('job_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('signed_at', UtcDateTime(), nullable=True),
    sa.Column('signed_by_id', sa.Integer(), nullable=True),
    sa.Column('signed_note', sa.String(length=400), nullable=True),
    sa.ForeignKeyConstraint(['asked_by_id'], ['ab_user.id'], name=op.f('fk_replay_run_asked_by_id_ab_user')),
    sa.ForeignKeyConstraint(['draft_id'], ['definition_draft.id'], name=op.f('fk_replay_run_draft_id_definition_draft'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['job_id'], ['job.id'], name=op.f('fk_replay_run_job_id_job')),
    sa.ForeignKeyConstraint(['signed_by_id'], ['ab_user.id'], name=op.f('fk_replay_run_signed_by_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_replay_run'))
    )
    op.create_index(op.f('ix_replay_run_draft_id'), 'replay_run', ['draft_id'])
    op.create_table('replay_result',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('kinds', sa.JSON(), nullable=False),
    sa.Column('told', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['workflow_case.id'], name=op.f('fk_replay_result_case_id_workflow_case')),
    sa.ForeignKeyConstraint(['run_id'], ['replay_run.id'], name=op.f('fk_replay_result_run_id_replay_run')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_replay_result'))
    )
    op.create_index('ix_replay_result_run', 'replay_result', ['run_id', 'id'])


def downgrade() -> None:
    """Drafts and versions stay; plans and replays go."""
    for name in ('replay_result', 'replay_run', 'definition_plan'):
        op.drop_table(name)
