"""put assessments on record

Revision: 0034
Before it: 0033
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('assessment_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=16), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('scope', sa.String(length=10), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('as_of', UtcDateTime(), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.Column('due_dates', sa.JSON(), nullable=False),
    sa.Column('late_due_on', sa.Date(), nullable=False),
    sa.Column('parameters', sa.JSON(), nullable=False),
    sa.Column('base_id', sa.Integer(), nullable=True),
    sa.Column('job_id', sa.Integer(), nullable=True),
    sa.Column('households', sa.Integer(), nullable=False),
    sa.Column('summary', sa.JSON(), nullable=False),
    sa.Column('begun_at', UtcDateTime(), nullable=False),
    sa.Column('begun_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_words', sa.String(length=400), nullable=False),
    sa.Column('accepted', sa.JSON(), nullable=False),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('decided_by_id IS NULL OR decided_by_id <> begun_by_id', name=op.f('ck_assessment_run_another_decides')),
    sa.ForeignKeyConstraint(['base_id'], ['assessment_run.id'], name=op.f('fk_assessment_run_base_id_assessment_run')),
    sa.ForeignKeyConstraint(['begun_by_id'], ['ab_user.id'], name=op.f('fk_assessment_run_begun_by_id_ab_user')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['ab_user.id'], name=op.f('fk_assessment_run_decided_by_id_ab_user')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['ab_user.id'], name=op.f('fk_assessment_run_ended_by_id_ab_user')),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_assessment_run_household_id_household')),
    sa.ForeignKeyConstraint(['job_id'], ['job.id'], name=op.f('fk_assessment_run_job_id_job')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_run')),
    sa.UniqueConstraint('number', name=op.f('uq_assessment_run_number'))
    )
    with op.batch_alter_table('assessment_run', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_assessment_run_household_id'), ['household_id'], unique=False)
        batch_op.create_index('ix_assessment_run_year', ['fiscal_year', 'state', 'ended_at'], unique=False)

    op.create_table('premium_circumstance',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('is_multiple', sa.Boolean(), nullable=False),
    sa.Column('recorded_at', UtcDateTime(), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('notification_id', sa.Integer(), nullable=True),
    sa.Column('superseded_at', UtcDateTime(), nullable=True),
    sa.Column('superseded_by_notification_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['notification_id'], ['notification.id'], name=op.f('fk_premium_circumstance_notification_id_notification')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_premium_circumstance_person_id_person')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['ab_user.id'], name=op.f('fk_premium_circumstance_recorded_by_id_ab_user')),
    sa.ForeignKeyConstraint(['superseded_by_notification_id'], ['notification.id'], name=op.f('fk_premium_circumstance_superseded_by_notification_id_notification')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_premium_circumstance'))
    )
    with op.batch_alter_table('premium_circumstance', schema=None) as batch_op:
        batch_op.create_index('ix_premium_circumstance_current', ['person_id', 'kind', 'from_on'], unique=True, sqlite_where=sa.text('superseded_at IS NULL'), postgresql_where=sa.text('superseded_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_premium_circumstance_notification_id'), ['notification_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_premium_circumstance_superseded_by_notification_id'), ['superseded_by_notification_id'], unique=False)

    op.create_table('assessment',
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('persons', sa.SmallInteger(), nullable=False),
    sa.Column('insured', sa.SmallInteger(), nullable=False),
    sa.Column('months', sa.Integer(), nullable=False),
    sa.Column('specified', sa.SmallInteger(), nullable=False),
    sa.Column('continuing', sa.SmallInteger(), nullable=False),
    sa.Column('leviable_income', sa.BigInteger(), nullable=False),
    sa.Column('household_test_income', sa.BigInteger(), nullable=False),
    sa.Column('earners', sa.SmallInteger(), nullable=False),
    sa.Column('heads', sa.SmallInteger(), nullable=False),
    sa.Column('undeclared', sa.SmallInteger(), nullable=False),
    sa.Column('limit_seven_tenths', sa.Integer(), nullable=False),
    sa.Column('limit_five_tenths', sa.Integer(), nullable=False),
    sa.Column('limit_two_tenths', sa.Integer(), nullable=False),
    sa.Column('reduction', sa.SmallInteger(), nullable=False),
    sa.Column('medical_income_levy', sa.BigInteger(), nullable=False),
    sa.Column('medical_per_capita_levy', sa.BigInteger(), nullable=False),
    sa.Column('medical_household_levy', sa.BigInteger(), nullable=False),
    sa.Column('medical_before_cap', sa.BigInteger(), nullable=False),
    sa.Column('medical_cap', sa.BigInteger(), nullable=False),
    sa.Column('medical_amount', sa.BigInteger(), nullable=False),
    sa.Column('support_income_levy', sa.BigInteger(), nullable=False),
    sa.Column('support_per_capita_levy', sa.BigInteger(), nullable=False),
    sa.Column('support_household_levy', sa.BigInteger(), nullable=False),
    sa.Column('support_before_cap', sa.BigInteger(), nullable=False),
    sa.Column('support_cap', sa.BigInteger(), nullable=False),
    sa.Column('support_amount', sa.BigInteger(), nullable=False),
    sa.Column('care_income_levy', sa.BigInteger(), nullable=False),
    sa.Column('care_per_capita_levy', sa.BigInteger(), nullable=False),
    sa.Column('care_household_levy', sa.BigInteger(), nullable=False),
    sa.Column('care_before_cap', sa.BigInteger(), nullable=False),
    sa.Column('care_cap', sa.BigInteger(), nullable=False),
    sa.Column('care_amount', sa.BigInteger(), nullable=False),
    sa.Column('child_income_levy', sa.BigInteger(), nullable=False),
    sa.Column('child_per_capita_levy', sa.BigInteger(), nullable=False),
    sa.Column('child_household_levy', sa.BigInteger(), nullable=False),
    sa.Column('child_before_cap', sa.BigInteger(), nullable=False),
    sa.Column('child_cap', sa.BigInteger(), nullable=False),
    sa.Column('child_amount', sa.BigInteger(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('before_total', sa.Integer(), nullable=False),
    sa.Column('cause', sa.SmallInteger(), nullable=False),
    sa.Column('instalment_1', sa.Integer(), nullable=False),
    sa.Column('instalment_2', sa.Integer(), nullable=False),
    sa.Column('instalment_3', sa.Integer(), nullable=False),
    sa.Column('instalment_4', sa.Integer(), nullable=False),
    sa.Column('instalment_5', sa.Integer(), nullable=False),
    sa.Column('instalment_6', sa.Integer(), nullable=False),
    sa.Column('instalment_7', sa.Integer(), nullable=False),
    sa.Column('instalment_8', sa.Integer(), nullable=False),
    sa.Column('instalment_9', sa.Integer(), nullable=False),
    sa.Column('instalment_10', sa.Integer(), nullable=False),
    sa.Column('late_before', sa.Integer(), nullable=False),
    sa.Column('late', sa.Integer(), nullable=False),
    sa.Column('overpaid', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_assessment_household_id_household')),
    sa.ForeignKeyConstraint(['run_id'], ['assessment_run.id'], name=op.f('fk_assessment_run_id_assessment_run')),
    sa.PrimaryKeyConstraint('run_id', 'household_id', name=op.f('pk_assessment'))
    )
    with op.batch_alter_table('assessment', schema=None) as batch_op:
        batch_op.create_index('ix_assessment_cause', ['run_id', 'cause', 'household_id'], unique=False)
        batch_op.create_index('ix_assessment_household', ['household_id', 'run_id'], unique=False)

    op.create_table('assessed_person',
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.SmallInteger(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('salary', sa.BigInteger(), nullable=False),
    sa.Column('pension', sa.BigInteger(), nullable=False),
    sa.Column('other_income', sa.BigInteger(), nullable=False),
    sa.Column('test_addition', sa.BigInteger(), nullable=False),
    sa.Column('flags', sa.SmallInteger(), nullable=False),
    sa.Column('insured', sa.SmallInteger(), nullable=False),
    sa.Column('care', sa.SmallInteger(), nullable=False),
    sa.Column('exempt', sa.SmallInteger(), nullable=False),
    sa.Column('halved', sa.SmallInteger(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_assessed_person_person_id_person')),
    sa.ForeignKeyConstraint(['run_id', 'household_id'], ['assessment.run_id', 'assessment.household_id'], name='fk_assessed_person_assessment'),
    sa.PrimaryKeyConstraint('run_id', 'household_id', 'place', name=op.f('pk_assessed_person'))
    )
    with op.batch_alter_table('assessed_person', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_assessed_person_person_id'), ['person_id'], unique=False)



def downgrade() -> None:
    """All assessments and circumstances go; the register and the incomes stay."""

    with op.batch_alter_table('assessed_person', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_assessed_person_person_id'))

    op.drop_table('assessed_person')
    with op.batch_alter_table('assessment', schema=None) as batch_op:
        batch_op.drop_index('ix_assessment_household')
        batch_op.drop_index('ix_assessment_cause')

    op.drop_table('assessment')
    with op.batch_alter_table('premium_circumstance', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_premium_circumstance_superseded_by_notification_id'))
        batch_op.drop_index(batch_op.f('ix_premium_circumstance_notification_id'))
        batch_op.drop_index('ix_premium_circumstance_current', sqlite_where=sa.text('superseded_at IS NULL'), postgresql_where=sa.text('superseded_at IS NULL'))

    op.drop_table('premium_circumstance')
    with op.batch_alter_table('assessment_run', schema=None) as batch_op:
        batch_op.drop_index('ix_assessment_run_year')
        batch_op.drop_index(batch_op.f('ix_assessment_run_household_id'))

    op.drop_table('assessment_run')
