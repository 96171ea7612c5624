"""decide ceilings

Revision: 0044
Before it: 0043
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0044'
down_revision = '0043'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ceiling_decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('notification_id', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('applied_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('income_class', sa.String(length=3), nullable=False),
    sa.Column('base_income', sa.BigInteger(), nullable=False),
    sa.Column('limit_amount', sa.Integer(), nullable=True),
    sa.Column('certificate_kind', sa.String(length=30), nullable=False),
    sa.Column('valid_from_on', sa.Date(), nullable=True),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('long_stay_on', sa.Date(), nullable=True),
    sa.Column('refusals', sa.JSON(), nullable=False),
    sa.Column('cautions', sa.JSON(), nullable=False),
    sa.Column('steps', sa.JSON(), nullable=False),
    sa.Column('member_ids', sa.JSON(), nullable=False),
    sa.Column('barred_ids', sa.JSON(), nullable=False),
    sa.Column('certificate_id', sa.Integer(), nullable=True),
    sa.Column('assessed_at', UtcDateTime(), nullable=False),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('words', sa.String(length=400), nullable=False),
    sa.CheckConstraint("state <> 'issued' OR certificate_id IS NOT NULL", name=op.f('ck_ceiling_decision_issued_has_a_certificate')),
    sa.CheckConstraint("state <> 'issued' OR income_class <> ''", name=op.f('ck_ceiling_decision_issued_has_a_class')),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificate.id'], name=op.f('fk_ceiling_decision_certificate_id_certificate')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['ab_user.id'], name=op.f('fk_ceiling_decision_decided_by_id_ab_user')),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_ceiling_decision_household_id_household')),
    sa.ForeignKeyConstraint(['notification_id'], ['notification.id'], name=op.f('fk_ceiling_decision_notification_id_notification')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_ceiling_decision_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ceiling_decision'))
    )
    with op.batch_alter_table('ceiling_decision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ceiling_decision_certificate_id'), ['certificate_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ceiling_decision_household_id'), ['household_id'], unique=False)
        batch_op.create_index('ix_ceiling_decision_notification', ['notification_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ceiling_decision_person_id'), ['person_id'], unique=False)


def downgrade() -> None:
    """Decisions go; the certificates that they led to stay."""

    op.drop_table('ceiling_decision')
