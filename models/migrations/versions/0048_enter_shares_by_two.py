"""enter shares by two

Revision: 0048
Before it: 0047
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0048'
down_revision = '0047'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('share_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('share', sa.SmallInteger(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('evidence', sa.String(length=400), nullable=False),
    sa.Column('entered_at', UtcDateTime(), nullable=False),
    sa.Column('entered_by_id', sa.Integer(), nullable=False),
    sa.Column('entered_by_number', sa.String(length=32), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_by_number', sa.String(length=32), nullable=True),
    sa.Column('words', sa.String(length=400), nullable=False),
    sa.CheckConstraint("share IN (2, 3)", name=op.f('ck_share_entry_two_or_three_tenths')),
    sa.CheckConstraint("state = 'withdrawn' OR decided_by_number IS NULL OR decided_by_number <> entered_by_number", name=op.f('ck_share_entry_two_persons')),
    sa.CheckConstraint("state <> 'approved' OR decided_by_number IS NOT NULL", name=op.f('ck_share_entry_approved_by_somebody')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['ab_user.id'], name=op.f('fk_share_entry_decided_by_id_ab_user')),
    sa.ForeignKeyConstraint(['entered_by_id'], ['ab_user.id'], name=op.f('fk_share_entry_entered_by_id_ab_user')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_share_entry_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_share_entry'))
    )
    with op.batch_alter_table('share_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_share_entry_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix_share_entry_state', ['state', 'id'], unique=False)
        batch_op.create_index('uq_share_entry_open', ['person_id'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))


def downgrade() -> None:
    """What was entered goes; the shares that were put on record of it stay."""

    op.drop_table('share_entry')
