"""enter parameters by two

Revision: 0035
Before it: 0034
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('parameter_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('value', sa.String(length=20), nullable=False),
    sa.Column('source_title', sa.String(length=200), nullable=False),
    sa.Column('source_article', sa.String(length=100), nullable=False),
    sa.Column('source_href', sa.String(length=300), nullable=False),
    sa.Column('certainty', sa.String(length=12), nullable=False),
    sa.Column('entered_at', UtcDateTime(), nullable=False),
    sa.Column('entered_by_id', sa.Integer(), nullable=False),
    sa.Column('entered_by_number', sa.String(length=32), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_by_number', sa.String(length=32), nullable=True),
    sa.Column('words', sa.String(length=400), nullable=False),
    sa.Column('superseded_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint('decided_by_number IS NULL OR decided_by_number <> entered_by_number', name=op.f('ck_parameter_entry_two_persons')),
    sa.CheckConstraint("state <> 'approved' OR decided_by_number IS NOT NULL", name=op.f('ck_parameter_entry_approved_by_somebody')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['ab_user.id'], name=op.f('fk_parameter_entry_decided_by_id_ab_user')),
    sa.ForeignKeyConstraint(['entered_by_id'], ['ab_user.id'], name=op.f('fk_parameter_entry_entered_by_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_parameter_entry'))
    )
    with op.batch_alter_table('parameter_entry', schema=None) as batch_op:
        for name, where in (('uq_parameter_entry_open', "state = 'open'"), ('uq_parameter_entry_in_force', "state = 'approved' AND superseded_at IS NULL")):
            batch_op.create_index(name, ['name', 'fiscal_year'], unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    """What the office entered goes; the figures as shipped hold again."""

    op.drop_table('parameter_entry')
