"""keep how far a draft was tried out, courses as tests, what was waived, and what operations answered

Revision: 0022
Before it: 0021
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('kept_test',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('script', sa.JSON(), nullable=False),
    sa.Column('path', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('kept_at', UtcDateTime(), nullable=False),
    sa.Column('kept_by_id', sa.Integer(), nullable=False),
    sa.Column('set_aside_at', UtcDateTime(), nullable=True),
    sa.Column('set_aside_by_id', sa.Integer(), nullable=True),
    sa.Column('because', sa.String(length=400), nullable=True),
    sa.ForeignKeyConstraint(['kept_by_id'], ['ab_user.id'], name=op.f('fk_kept_test_kept_by_id_ab_user')),
    sa.ForeignKeyConstraint(['set_aside_by_id'], ['ab_user.id'], name=op.f('fk_kept_test_set_aside_by_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kept_test'))
    )
    op.create_index(op.f('ix_kept_test_slug'), 'kept_test', ['slug'])
    op.create_table('try_out',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('script', sa.JSON(), nullable=False),
    sa.Column('draft_count', sa.Integer(), nullable=False),
    sa.Column('saved_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['ab_user.id'], name=op.f('fk_try_out_by_id_ab_user')),
    sa.ForeignKeyConstraint(['draft_id'], ['definition_draft.id'], name=op.f('fk_try_out_draft_id_definition_draft'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_try_out')),
    sa.UniqueConstraint('draft_id', 'by_id', name=op.f('uq_try_out_draft_id_by_id'))
    )
    op.create_index(op.f('ix_try_out_by_id'), 'try_out', ['by_id'])
    op.create_table('test_waiver',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('test_id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=True),
    sa.Column('course', sa.String(length=64), nullable=False),
    sa.Column('reason', sa.String(length=400), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['ab_user.id'], name=op.f('fk_test_waiver_by_id_ab_user')),
    sa.ForeignKeyConstraint(['draft_id'], ['definition_draft.id'], name=op.f('fk_test_waiver_draft_id_definition_draft'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['test_id'], ['kept_test.id'], name=op.f('fk_test_waiver_test_id_kept_test')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_test_waiver'))
    )
    op.create_index(op.f('ix_test_waiver_test_id'), 'test_waiver', ['test_id'])
    op.create_table('operation_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('element_id', sa.String(length=60), nullable=False),
    sa.Column('operation', sa.String(length=100), nullable=False),
    sa.Column('answer', sa.JSON(), nullable=False),
    sa.Column('error', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['workflow_case.id'], name=op.f('fk_operation_answer_case_id_workflow_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_operation_answer'))
    )
    op.create_index('ix_operation_answer_case', 'operation_answer', ['case_id', 'id'])


def downgrade() -> None:
    """Cases and versions stay; tests, try-outs and answers go."""
    for name in ('operation_answer', 'test_waiver', 'try_out', 'kept_test'):
        op.drop_table(name)
