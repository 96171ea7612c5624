"""deduct from pensions

Revision: 0043
Before it: 0042
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0043'
down_revision = '0042'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('pension_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('act', sa.String(length=10), nullable=False),
    sa.Column('payer_code', sa.String(length=3), nullable=False),
    sa.Column('pension_code', sa.String(length=4), nullable=False),
    sa.Column('annual', sa.Integer(), nullable=False),
    sa.Column('care_premium', sa.Integer(), nullable=False),
    sa.Column('is_care_deducted', sa.Boolean(), nullable=False),
    sa.Column('transfer_from', sa.Date(), nullable=True),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('evidence', sa.String(length=400), nullable=False),
    sa.Column('entered_at', UtcDateTime(), nullable=False),
    sa.Column('entered_by_id', sa.Integer(), nullable=False),
    sa.Column('entered_by_number', sa.String(length=32), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_by_number', sa.String(length=32), nullable=True),
    sa.Column('words', sa.String(length=400), nullable=False),
    sa.CheckConstraint("state <> 'approved' OR decided_by_number IS NOT NULL", name=op.f('ck_pension_entry_approved_by_somebody')),
    sa.CheckConstraint("state = 'withdrawn' OR decided_by_number IS NULL OR decided_by_number <> entered_by_number", name=op.f('ck_pension_entry_two_persons')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['ab_user.id'], name=op.f('fk_pension_entry_decided_by_id_ab_user')),
    sa.ForeignKeyConstraint(['entered_by_id'], ['ab_user.id'], name=op.f('fk_pension_entry_entered_by_id_ab_user')),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_pension_entry_household_id_household')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_pension_entry_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pension_entry'))
    )
    with op.batch_alter_table('pension_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pension_entry_household_id'), ['household_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pension_entry_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix_pension_entry_state', ['state', 'id'], unique=False)
        batch_op.create_index('uq_pension_entry_open', ['household_id', 'fiscal_year', 'act'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))

    op.create_table('pension_list',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('month', sa.SmallInteger(), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.Column('households', sa.Integer(), nullable=False),
    sa.Column('concerned', sa.Integer(), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('made_by_number', sa.String(length=32), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_by_number', sa.String(length=32), nullable=True),
    sa.Column('words', sa.String(length=400), nullable=False),
    sa.CheckConstraint("state = 'withdrawn' OR decided_by_number IS NULL OR decided_by_number <> made_by_number", name=op.f('ck_pension_list_two_persons')),
    sa.CheckConstraint('month IN (4, 10)', name=op.f('ck_pension_list_begins_in_april_or_october')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['ab_user.id'], name=op.f('fk_pension_list_decided_by_id_ab_user')),
    sa.ForeignKeyConstraint(['made_by_id'], ['ab_user.id'], name=op.f('fk_pension_list_made_by_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pension_list'))
    )
    with op.batch_alter_table('pension_list', schema=None) as batch_op:
        batch_op.create_index('uq_pension_list_open', ['fiscal_year', 'month'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))

    op.create_table('pension_fact',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('payer_code', sa.String(length=3), nullable=False),
    sa.Column('pension_code', sa.String(length=4), nullable=False),
    sa.Column('annual', sa.Integer(), nullable=False),
    sa.Column('care_premium', sa.Integer(), nullable=False),
    sa.Column('is_care_deducted', sa.Boolean(), nullable=False),
    sa.Column('transfer_from', sa.Date(), nullable=True),
    sa.Column('recorded_at', UtcDateTime(), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('notification_id', sa.Integer(), nullable=True),
    sa.Column('superseded_at', UtcDateTime(), nullable=True),
    sa.Column('superseded_by_notification_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['notification_id'], ['notification.id'], name=op.f('fk_pension_fact_notification_id_notification')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_pension_fact_person_id_person')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['ab_user.id'], name=op.f('fk_pension_fact_recorded_by_id_ab_user')),
    sa.ForeignKeyConstraint(['superseded_by_notification_id'], ['notification.id'], name=op.f('fk_pension_fact_superseded_by_notification_id_notification')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pension_fact'))
    )
    with op.batch_alter_table('pension_fact', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pension_fact_notification_id'), ['notification_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pension_fact_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pension_fact_superseded_by_notification_id'), ['superseded_by_notification_id'], unique=False)
        batch_op.create_index('uq_pension_fact_current', ['person_id', 'fiscal_year'], unique=True, sqlite_where=sa.text('superseded_at IS NULL'), postgresql_where=sa.text('superseded_at IS NULL'))

    op.create_table('pension_candidate',
    sa.Column('list_id', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('failing', sa.SmallInteger(), nullable=False),
    sa.Column('premium', sa.Integer(), nullable=False),
    sa.Column('annual', sa.Integer(), nullable=False),
    sa.Column('care_premium', sa.Integer(), nullable=False),
    sa.Column('first_yen', sa.Integer(), nullable=False),
    sa.Column('each_yen', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_pension_candidate_household_id_household')),
    sa.ForeignKeyConstraint(['list_id'], ['pension_list.id'], name=op.f('fk_pension_candidate_list_id_pension_list')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_pension_candidate_person_id_person')),
    sa.ForeignKeyConstraint(['run_id'], ['assessment_run.id'], name=op.f('fk_pension_candidate_run_id_assessment_run')),
    sa.PrimaryKeyConstraint('list_id', 'household_id', name=op.f('pk_pension_candidate'))
    )
    with op.batch_alter_table('pension_candidate', schema=None) as batch_op:
        batch_op.create_index('ix_pension_candidate_failing', ['list_id', 'failing', 'household_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pension_candidate_person_id'), ['person_id'], unique=False)

    op.create_table('pension_deduction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('payer_code', sa.String(length=3), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=True),
    sa.Column('list_id', sa.Integer(), nullable=True),
    sa.Column('entry_id', sa.Integer(), nullable=True),
    sa.Column('deducted', sa.JSON(), nullable=False),
    sa.Column('regular', sa.JSON(), nullable=False),
    sa.Column('late_before', sa.Integer(), nullable=False),
    sa.Column('late', sa.Integer(), nullable=False),
    sa.Column('late_due_on', sa.Date(), nullable=True),
    sa.Column('overpaid', sa.Integer(), nullable=False),
    sa.Column('goes_on', sa.Boolean(), nullable=False),
    sa.Column('is_settled', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.Column('decided_at', UtcDateTime(), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("kind <> 'stop' OR NOT goes_on", name=op.f('ck_pension_deduction_stopped_does_not_go_on')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['ab_user.id'], name=op.f('fk_pension_deduction_decided_by_id_ab_user')),
    sa.ForeignKeyConstraint(['entry_id'], ['pension_entry.id'], name=op.f('fk_pension_deduction_entry_id_pension_entry')),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_pension_deduction_household_id_household')),
    sa.ForeignKeyConstraint(['list_id'], ['pension_list.id'], name=op.f('fk_pension_deduction_list_id_pension_list')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_pension_deduction_person_id_person')),
    sa.ForeignKeyConstraint(['run_id'], ['assessment_run.id'], name=op.f('fk_pension_deduction_run_id_assessment_run')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pension_deduction'))
    )
    with op.batch_alter_table('pension_deduction', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pension_deduction_household_id'), ['household_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pension_deduction_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix_pension_deduction_year', ['fiscal_year', 'household_id'], unique=False)


def downgrade() -> None:
    """What payers told and what was decided of pensions goes."""

    op.drop_table('pension_deduction')
    op.drop_table('pension_candidate')
    op.drop_table('pension_list')
    op.drop_table('pension_entry')
    op.drop_table('pension_fact')
