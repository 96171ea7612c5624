"""name the firm that receives a medium, and the end of a pledge that has one

Revision: 0032
Before it: 0031
"""

import sqlalchemy as sa
from alembic import op


revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Both stand empty for what is there: a medium went within the city, a pledge has no end."""

    with op.batch_alter_table('contractor_worker', schema=None) as batch_op:
        batch_op.add_column(sa.Column('pledged_until', sa.Date(), nullable=True))

    with op.batch_alter_table('medium_use', schema=None) as batch_op:
        batch_op.add_column(sa.Column('link_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_medium_use_link_id'), ['link_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_medium_use_link_id_contractor_link'), 'contractor_link', ['link_id'], ['id'])


def downgrade() -> None:
    """Both are forgotten; media and pledges stay."""

    with op.batch_alter_table('medium_use', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_medium_use_link_id_contractor_link'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_medium_use_link_id'))
        batch_op.drop_column('link_id')

    with op.batch_alter_table('contractor_worker', schema=None) as batch_op:
        batch_op.drop_column('pledged_until')
