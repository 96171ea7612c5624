"""keep comments on cases

Revision: 0027
Before it: 0026
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('case_comment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('words', sa.String(length=1000), nullable=False),
    sa.Column('mentioned', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['ab_user.id'], name=op.f('fk_case_comment_by_id_ab_user')),
    sa.ForeignKeyConstraint(['case_id'], ['workflow_case.id'], name=op.f('fk_case_comment_case_id_workflow_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_comment'))
    )
    with op.batch_alter_table('case_comment', schema=None) as batch_op:
        batch_op.create_index('ix_case_comment_case', ['case_id', 'id'], unique=False)



def downgrade() -> None:
    """Comments go; the cases stay."""
    with op.batch_alter_table('case_comment', schema=None) as batch_op:
        batch_op.drop_index('ix_case_comment_case')

    op.drop_table('case_comment')
