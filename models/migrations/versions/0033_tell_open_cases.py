"""tell open cases

Revision: 0033
Before it: 0032
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('open_case',
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['workflow_case.id'], name=op.f('fk_open_case_case_id_workflow_case')),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], name=op.f('fk_open_case_user_id_ab_user')),
    sa.PrimaryKeyConstraint('case_id', 'user_id', name=op.f('pk_open_case'))
    )
    with op.batch_alter_table('open_case', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_open_case_user_id'), ['user_id'], unique=False)


def downgrade() -> None:
    """What open pages have said goes; cases stay, and pages say it again after the next upgrade."""
    with op.batch_alter_table('open_case', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_open_case_user_id'))

    op.drop_table('open_case')
