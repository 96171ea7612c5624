"""enter circumstances by two

Revision: 0038
Before it: 0037
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('circumstance_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('act', sa.String(length=10), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('is_multiple', sa.Boolean(), nullable=False),
    sa.Column('leaving_reason', sa.String(length=2), nullable=False),
    sa.Column('evidence', sa.String(length=400), nullable=False),
    sa.Column('corrects_id', sa.Integer(), nullable=True),
    sa.Column('made_id', sa.Integer(), nullable=True),
    sa.Column('entered_at', UtcDateTime(), nullable=False),
    sa.Column('entered_by_id', sa.Integer(), nullable=False),
    sa.Column('entered_by_number', sa.String(length=32), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_by_number', sa.String(length=32), nullable=True),
    sa.Column('words', sa.String(length=400), nullable=False),
    sa.CheckConstraint("state = 'withdrawn' OR decided_by_number IS NULL OR decided_by_number <> entered_by_number", name=op.f('ck_circumstance_entry_two_persons')),
    sa.CheckConstraint("state <> 'approved' OR decided_by_number IS NOT NULL", name=op.f('ck_circumstance_entry_approved_by_somebody')),
    sa.CheckConstraint("act = 'new' OR corrects_id IS NOT NULL", name=op.f('ck_circumstance_entry_corrects_something')),
    sa.ForeignKeyConstraint(['corrects_id'], ['premium_circumstance.id'], name=op.f('fk_circumstance_entry_corrects_id_premium_circumstance')),
    sa.ForeignKeyConstraint(['made_id'], ['premium_circumstance.id'], name=op.f('fk_circumstance_entry_made_id_premium_circumstance')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['ab_user.id'], name=op.f('fk_circumstance_entry_decided_by_id_ab_user')),
    sa.ForeignKeyConstraint(['entered_by_id'], ['ab_user.id'], name=op.f('fk_circumstance_entry_entered_by_id_ab_user')),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_circumstance_entry_household_id_household')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_circumstance_entry_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_circumstance_entry'))
    )
    with op.batch_alter_table('circumstance_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_circumstance_entry_household_id'), ['household_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_circumstance_entry_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix_circumstance_entry_state', ['state', 'id'], unique=False)
        batch_op.create_index('uq_circumstance_entry_open', ['person_id', 'kind'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))


def downgrade() -> None:
    """What was entered goes; what was put on record of it stays."""

    op.drop_table('circumstance_entry')
