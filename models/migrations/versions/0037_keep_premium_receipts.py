"""keep premium receipts

Revision: 0037
Before it: 0036
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('premium_receipt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=16), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('sheet', sa.JSON(), nullable=False),
    sa.Column('asked', sa.JSON(), nullable=False),
    sa.Column('law', sa.JSON(), nullable=False),
    sa.Column('total', sa.BigInteger(), nullable=False),
    sa.Column('paper', sa.JSON(), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['made_by_id'], ['ab_user.id'], name=op.f('fk_premium_receipt_made_by_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_premium_receipt')),
    sa.UniqueConstraint('number', name=op.f('uq_premium_receipt_number'))
    )
    with op.batch_alter_table('premium_receipt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_premium_receipt_made_by_id'), ['made_by_id'], unique=False)


def downgrade() -> None:
    """Receipts go; what was handed over on paper can no longer be computed again."""

    op.drop_table('premium_receipt')
