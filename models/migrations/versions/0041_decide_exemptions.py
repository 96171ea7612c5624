"""decide exemptions

Revision: 0041
Before it: 0040
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0041'
down_revision = '0040'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was assessed before has no reduction on application."""

    op.create_table('premium_exemption',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('ground', sa.String(length=20), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('event_on', sa.Date(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=True),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('suggested', sa.Integer(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('before_total', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('lines', sa.JSON(), nullable=False),
    sa.Column('parameters', sa.JSON(), nullable=False),
    sa.Column('notification_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('examined_by_id', sa.Integer(), nullable=True),
    sa.Column('examined_words', sa.String(length=400), nullable=False),
    sa.Column('decided_at', UtcDateTime(), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=400), nullable=False),
    sa.Column('revoked_at', UtcDateTime(), nullable=True),
    sa.Column('revoked_by_id', sa.Integer(), nullable=True),
    sa.Column('revoked_reason', sa.String(length=400), nullable=False),
    sa.Column('revoked_notification_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('examined_by_id IS NULL OR examined_by_id <> decided_by_id', name=op.f('ck_premium_exemption_two_persons')),
    sa.CheckConstraint("state <> 'granted' OR amount > 0", name=op.f('ck_premium_exemption_granted_something')),
    sa.CheckConstraint("(state = 'revoked') = (revoked_at IS NOT NULL)", name=op.f('ck_premium_exemption_revoked_when')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['ab_user.id'], name=op.f('fk_premium_exemption_decided_by_id_ab_user')),
    sa.ForeignKeyConstraint(['examined_by_id'], ['ab_user.id'], name=op.f('fk_premium_exemption_examined_by_id_ab_user')),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_premium_exemption_household_id_household')),
    sa.ForeignKeyConstraint(['notification_id'], ['notification.id'], name=op.f('fk_premium_exemption_notification_id_notification')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_premium_exemption_person_id_person')),
    sa.ForeignKeyConstraint(['revoked_by_id'], ['ab_user.id'], name=op.f('fk_premium_exemption_revoked_by_id_ab_user')),
    sa.ForeignKeyConstraint(['revoked_notification_id'], ['notification.id'], name=op.f('fk_premium_exemption_revoked_notification_id_notification')),
    sa.ForeignKeyConstraint(['run_id'], ['assessment_run.id'], name=op.f('fk_premium_exemption_run_id_assessment_run')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_premium_exemption')),
    sa.UniqueConstraint('notification_id', name=op.f('uq_premium_exemption_notification_id')),
    sa.UniqueConstraint('revoked_notification_id', name=op.f('uq_premium_exemption_revoked_notification_id'))
    )
    with op.batch_alter_table('premium_exemption', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_premium_exemption_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix_premium_exemption_household', ['household_id', 'fiscal_year', 'id'], unique=False)
    with op.batch_alter_table('assessment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('exemption', sa.Integer(), server_default='0', nullable=False))


def downgrade() -> None:
    """What was decided on application goes, and what it took off stands in the totals alone."""

    with op.batch_alter_table('assessment', schema=None) as batch_op:
        batch_op.drop_column('exemption')
    op.drop_table('premium_exemption')
