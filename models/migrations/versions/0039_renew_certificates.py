"""renew certificates

Revision: 0039
Before it: 0038
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('renewal_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=16), nullable=False),
    sa.Column('term_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('job_id', sa.Integer(), nullable=True),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.Column('needless', sa.Integer(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('begun_at', UtcDateTime(), nullable=False),
    sa.Column('begun_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_words', sa.String(length=400), nullable=False),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('decided_by_id IS NULL OR decided_by_id <> begun_by_id', name=op.f('ck_renewal_run_another_decides')),
    sa.ForeignKeyConstraint(['begun_by_id'], ['ab_user.id'], name=op.f('fk_renewal_run_begun_by_id_ab_user')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['ab_user.id'], name=op.f('fk_renewal_run_decided_by_id_ab_user')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['ab_user.id'], name=op.f('fk_renewal_run_ended_by_id_ab_user')),
    sa.ForeignKeyConstraint(['job_id'], ['job.id'], name=op.f('fk_renewal_run_job_id_job')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_renewal_run_office_id_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_renewal_run')),
    sa.UniqueConstraint('number', name=op.f('uq_renewal_run_number'))
    )
    with op.batch_alter_table('renewal_run', schema=None) as batch_op:
        batch_op.create_index('ix_renewal_run_state', ['state', 'term_on'], unique=False)

    op.create_table('renewal_row',
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('limited_by', sa.String(length=40), nullable=False),
    sa.Column('before_kind', sa.String(length=30), nullable=False),
    sa.Column('outcome', sa.String(length=10), nullable=False),
    sa.Column('note', sa.String(length=400), nullable=False),
    sa.Column('certificate_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificate.id'], name=op.f('fk_renewal_row_certificate_id_certificate')),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_renewal_row_household_id_household')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_renewal_row_person_id_person')),
    sa.ForeignKeyConstraint(['run_id'], ['renewal_run.id'], name=op.f('fk_renewal_row_run_id_renewal_run')),
    sa.PrimaryKeyConstraint('run_id', 'person_id', 'kind', name=op.f('pk_renewal_row'))
    )
    with op.batch_alter_table('renewal_row', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_renewal_row_certificate_id'), ['certificate_id'], unique=False)
        batch_op.create_index('ix_renewal_row_household', ['run_id', 'household_id'], unique=False)
        batch_op.create_index('ix_renewal_row_outcome', ['run_id', 'outcome', 'person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_renewal_row_person_id'), ['person_id'], unique=False)


def downgrade() -> None:
    """Renewals go with their rows; the certificates issued by them stay."""

    op.drop_table('renewal_row')
    op.drop_table('renewal_run')
