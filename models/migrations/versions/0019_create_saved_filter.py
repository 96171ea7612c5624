"""keep the filters of the inbox that people save for themselves or for a group

Revision: 0019
Before it: 0018
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('saved_filter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('shared_with', sa.String(length=30), nullable=False),
    sa.Column('name', sa.String(length=30), nullable=False),
    sa.Column('box', sa.String(length=10), nullable=False),
    sa.Column('criteria', sa.JSON(), nullable=False),
    sa.Column('saved_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_saved_filter_office_id_office')),
    sa.ForeignKeyConstraint(['owner_id'], ['ab_user.id'], name=op.f('fk_saved_filter_owner_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_filter')),
    sa.UniqueConstraint('owner_id', 'name', name=op.f('uq_saved_filter_owner_id_name'))
    )
    with op.batch_alter_table('saved_filter', schema=None) as batch_op:
        batch_op.create_index('ix_saved_filter_group', ['office_id', 'shared_with'], unique=False)


def downgrade() -> None:
    """Saved filters go; the lists stay."""
    with op.batch_alter_table('saved_filter', schema=None) as batch_op:
        batch_op.drop_index('ix_saved_filter_group')

    op.drop_table('saved_filter')
