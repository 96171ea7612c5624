"""let tasks be put off until a day, keep the columns of lists, index open tasks for their queues

Revision: 0021
Before it: 0020
"""

import sqlalchemy as sa
from alembic import op


revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'open'")
OF_OPEN = ['office_id', 'role', 'due_on', 'id']


def upgrade() -> None:
    op.create_table('list_layout',
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('list_name', sa.String(length=20), nullable=False),
    sa.Column('columns', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['ab_user.id'], name=op.f('fk_list_layout_owner_id_ab_user')),
    sa.PrimaryKeyConstraint('owner_id', 'list_name', name=op.f('pk_list_layout'))
    )
    with op.batch_alter_table('work_item', schema=None) as batch_op:
        batch_op.add_column(sa.Column('follow_up_on', sa.Date(), nullable=True))
        batch_op.drop_index(op.f('ix_work_item_assignee_id'))
        batch_op.drop_index('ix_work_item_open')
        batch_op.create_index(
            'ix_work_item_open', OF_OPEN, unique=False, sqlite_where=OPEN, postgresql_where=OPEN,
            postgresql_include=['assignee_id', 'follow_up_on'],
        )
        batch_op.create_index(
            'ix_work_item_taken', ['assignee_id'], unique=False, sqlite_where=OPEN, postgresql_where=OPEN
        )


def downgrade() -> None:
    """Tasks stand in their boxes again and lists show all columns; the tasks stay."""
    with op.batch_alter_table('work_item', schema=None) as batch_op:
        batch_op.drop_index('ix_work_item_taken', sqlite_where=OPEN, postgresql_where=OPEN)
        batch_op.drop_index('ix_work_item_open', sqlite_where=OPEN, postgresql_where=OPEN)
        batch_op.create_index(
            'ix_work_item_open', OF_OPEN, unique=False, sqlite_where=OPEN, postgresql_where=OPEN
        )
        batch_op.create_index(op.f('ix_work_item_assignee_id'), ['assignee_id'], unique=False)
        batch_op.drop_column('follow_up_on')

    op.drop_table('list_layout')
