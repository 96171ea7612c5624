"""keep files that come in

Revision: 0036
Before it: 0035
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('incoming_row',
    sa.Column('file_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('line', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('v01', sa.Text(), nullable=True),
    sa.Column('v02', sa.Text(), nullable=True),
    sa.Column('v03', sa.Text(), nullable=True),
    sa.Column('v04', sa.Text(), nullable=True),
    sa.Column('v05', sa.Text(), nullable=True),
    sa.Column('v06', sa.Text(), nullable=True),
    sa.Column('v07', sa.Text(), nullable=True),
    sa.Column('v08', sa.Text(), nullable=True),
    sa.Column('v09', sa.Text(), nullable=True),
    sa.Column('v10', sa.Text(), nullable=True),
    sa.Column('v11', sa.Text(), nullable=True),
    sa.Column('v12', sa.Text(), nullable=True),
    sa.Column('v13', sa.Text(), nullable=True),
    sa.Column('v14', sa.Text(), nullable=True),
    sa.Column('v15', sa.Text(), nullable=True),
    sa.Column('v16', sa.Text(), nullable=True),
    sa.Column('v17', sa.Text(), nullable=True),
    sa.Column('v18', sa.Text(), nullable=True),
    sa.Column('v19', sa.Text(), nullable=True),
    sa.Column('v20', sa.Text(), nullable=True),
    sa.Column('v21', sa.Text(), nullable=True),
    sa.Column('v22', sa.Text(), nullable=True),
    sa.Column('v23', sa.Text(), nullable=True),
    sa.Column('v24', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('file_id', 'line', name=op.f('pk_incoming_row'))
    )
    op.create_table('incoming_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=20), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('told_rows', sa.Integer(), nullable=False),
    sa.Column('told_sha256', sa.String(length=64), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('errors', sa.Integer(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=True),
    sa.Column('taken_at', UtcDateTime(), nullable=False),
    sa.Column('taken_by_id', sa.Integer(), nullable=True),
    sa.Column('checked_at', UtcDateTime(), nullable=True),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_words', sa.String(length=400), nullable=False),
    sa.Column('applied_at', UtcDateTime(), nullable=True),
    sa.Column('job_id', sa.Integer(), nullable=True),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('erase_on', sa.Date(), nullable=True),
    sa.Column('erased_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['workflow_case.id'], name=op.f('fk_incoming_file_case_id_workflow_case')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['ab_user.id'], name=op.f('fk_incoming_file_decided_by_id_ab_user')),
    sa.ForeignKeyConstraint(['job_id'], ['job.id'], name=op.f('fk_incoming_file_job_id_job')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_incoming_file_office_id_office')),
    sa.ForeignKeyConstraint(['taken_by_id'], ['ab_user.id'], name=op.f('fk_incoming_file_taken_by_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incoming_file'))
    )
    with op.batch_alter_table('incoming_file', schema=None) as batch_op:
        batch_op.create_index('ix_incoming_file_sequence', ['source', 'sequence'], unique=True, sqlite_where=sa.text("state IN ('received', 'ready', 'applying', 'applied')"), postgresql_where=sa.text("state IN ('received', 'ready', 'applying', 'applied')"))
        batch_op.create_index('ix_incoming_file_state', ['state', 'source', 'id'], unique=False)

    op.create_table('incoming_difference',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('addressee_number', sa.String(length=15), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('settled_words', sa.String(length=400), nullable=False),
    sa.Column('settled_at', UtcDateTime(), nullable=True),
    sa.Column('settled_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['file_id'], ['incoming_file.id'], name=op.f('fk_incoming_difference_file_id_incoming_file')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_incoming_difference_person_id_person')),
    sa.ForeignKeyConstraint(['settled_by_id'], ['ab_user.id'], name=op.f('fk_incoming_difference_settled_by_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incoming_difference')),
    sa.UniqueConstraint('file_id', 'line', name=op.f('uq_incoming_difference_file_id_line'))
    )
    with op.batch_alter_table('incoming_difference', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_incoming_difference_person_id'), ['person_id'], unique=False)

    op.create_table('incoming_error',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(length=40), nullable=False),
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('told', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['incoming_file.id'], name=op.f('fk_incoming_error_file_id_incoming_file')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incoming_error'))
    )
    with op.batch_alter_table('incoming_error', schema=None) as batch_op:
        batch_op.create_index('ix_incoming_error_file', ['file_id', 'line', 'id'], unique=False)

    op.create_table('incoming_part',
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('first_line', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['incoming_file.id'], name=op.f('fk_incoming_part_file_id_incoming_file')),
    sa.PrimaryKeyConstraint('file_id', 'number', name=op.f('pk_incoming_part'))
    )
    with op.batch_alter_table('incoming_part', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_incoming_part_sha256'), ['sha256'], unique=False)

    with op.batch_alter_table('income', schema=None) as batch_op:
        batch_op.add_column(sa.Column('source_file_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('source_line', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_income_source_file_id_incoming_file'), 'incoming_file', ['source_file_id'], ['id'])


def downgrade() -> None:
    """Files that came in go, and what was left of them; incomes stay."""

    with op.batch_alter_table('income', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_income_source_file_id_incoming_file'), type_='foreignkey')
        batch_op.drop_column('source_line')
        batch_op.drop_column('source_file_id')

    with op.batch_alter_table('incoming_part', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_incoming_part_sha256'))

    op.drop_table('incoming_part')
    with op.batch_alter_table('incoming_error', schema=None) as batch_op:
        batch_op.drop_index('ix_incoming_error_file')

    op.drop_table('incoming_error')
    with op.batch_alter_table('incoming_difference', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_incoming_difference_person_id'))

    op.drop_table('incoming_difference')
    with op.batch_alter_table('incoming_file', schema=None) as batch_op:
        batch_op.drop_index('ix_incoming_file_state')
        batch_op.drop_index('ix_incoming_file_sequence', sqlite_where=sa.text("state IN ('received', 'ready', 'applying', 'applied')"), postgresql_where=sa.text("state IN ('received', 'ready', 'applying', 'applied')"))

    op.drop_table('incoming_file')
    op.drop_table('incoming_row')
