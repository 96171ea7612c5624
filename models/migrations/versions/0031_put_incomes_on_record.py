"""put incomes on record

Revision: 0031
Before it: 0030
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('income',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('income_year', sa.Integer(), nullable=False),
    sa.Column('taxed_municipality_code', sa.String(length=6), nullable=False),
    sa.Column('declaration_kind', sa.String(length=1), nullable=False),
    sa.Column('resident_tax_kind', sa.String(length=1), nullable=False),
    sa.Column('salary_gross', sa.BigInteger(), nullable=False),
    sa.Column('salary_income', sa.BigInteger(), nullable=False),
    sa.Column('pension_gross', sa.BigInteger(), nullable=False),
    sa.Column('pension_income', sa.BigInteger(), nullable=False),
    sa.Column('business_income', sa.BigInteger(), nullable=False),
    sa.Column('farm_income', sa.BigInteger(), nullable=False),
    sa.Column('real_estate_income', sa.BigInteger(), nullable=False),
    sa.Column('capital_income', sa.BigInteger(), nullable=False),
    sa.Column('other_income', sa.BigInteger(), nullable=False),
    sa.Column('separate_transfer_income', sa.BigInteger(), nullable=False),
    sa.Column('separate_transfer_after', sa.BigInteger(), nullable=False),
    sa.Column('separate_stock_income', sa.BigInteger(), nullable=False),
    sa.Column('forest_income', sa.BigInteger(), nullable=False),
    sa.Column('loss_carried_forward', sa.BigInteger(), nullable=False),
    sa.Column('family_worker_deduction', sa.BigInteger(), nullable=False),
    sa.Column('family_worker_salary', sa.BigInteger(), nullable=False),
    sa.Column('total_income', sa.BigInteger(), nullable=True),
    sa.Column('taxable_income', sa.BigInteger(), nullable=True),
    sa.Column('recorded_at', UtcDateTime(), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('notification_id', sa.Integer(), nullable=True),
    sa.Column('superseded_at', UtcDateTime(), nullable=True),
    sa.Column('superseded_by_notification_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['notification_id'], ['notification.id'], name=op.f('fk_income_notification_id_notification')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_income_person_id_person')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['ab_user.id'], name=op.f('fk_income_recorded_by_id_ab_user')),
    sa.ForeignKeyConstraint(['superseded_by_notification_id'], ['notification.id'], name=op.f('fk_income_superseded_by_notification_id_notification')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_income'))
    )
    with op.batch_alter_table('income', schema=None) as batch_op:
        batch_op.create_index('ix_income_current', ['income_year', 'person_id'], unique=True, sqlite_where=sa.text('superseded_at IS NULL'), postgresql_where=sa.text('superseded_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_income_notification_id'), ['notification_id'], unique=False)
        batch_op.create_index('ix_income_person_year', ['person_id', 'income_year'], unique=False)
        batch_op.create_index(batch_op.f('ix_income_superseded_by_notification_id'), ['superseded_by_notification_id'], unique=False)


def downgrade() -> None:
    """Incomes go; persons stay."""

    with op.batch_alter_table('income', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_income_superseded_by_notification_id'))
        batch_op.drop_index('ix_income_person_year')
        batch_op.drop_index(batch_op.f('ix_income_notification_id'))
        batch_op.drop_index('ix_income_current', sqlite_where=sa.text('superseded_at IS NULL'), postgresql_where=sa.text('superseded_at IS NULL'))

    op.drop_table('income')
