"""add data use and transfers

Revision: 0029
Before it: 0028
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('data_use_application',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=14), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('transfer', sa.String(length=40), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('recipient', sa.String(length=10), nullable=False),
    sa.Column('recipient_name', sa.String(length=100), nullable=False),
    sa.Column('purpose', sa.String(length=400), nullable=False),
    sa.Column('basis', sa.String(length=40), nullable=False),
    sa.Column('items', sa.JSON(), nullable=False),
    sa.Column('person_range', sa.String(length=20), nullable=False),
    sa.Column('method', sa.String(length=20), nullable=False),
    sa.Column('frequency', sa.String(length=20), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=False),
    sa.Column('with_places', sa.Boolean(), nullable=False),
    sa.Column('renews_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('parties', sa.JSON(), nullable=False),
    sa.Column('party_ids', sa.JSON(), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('submitted_at', UtcDateTime(), nullable=True),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.Column('ended_reason', sa.String(length=400), nullable=False),
    sa.CheckConstraint("kind IN ('transfer', 'provision')", name=op.f('ck_data_use_application_kind')),
    sa.CheckConstraint('until_on >= from_on', name=op.f('ck_data_use_application_period')),
    sa.ForeignKeyConstraint(['case_id'], ['workflow_case.id'], name=op.f('fk_data_use_application_case_id_workflow_case')),
    sa.ForeignKeyConstraint(['made_by_id'], ['ab_user.id'], name=op.f('fk_data_use_application_made_by_id_ab_user')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_data_use_application_office_id_office')),
    sa.ForeignKeyConstraint(['renews_id'], ['data_use_application.id'], name=op.f('fk_data_use_application_renews_id_data_use_application')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_use_application')),
    sa.UniqueConstraint('case_id', name=op.f('uq_data_use_application_case_id')),
    sa.UniqueConstraint('number', name=op.f('uq_data_use_application_number'))
    )
    with op.batch_alter_table('data_use_application', schema=None) as batch_op:
        batch_op.create_index('ix_data_use_application_for', ['transfer', 'recipient', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_data_use_application_office_id'), ['office_id'], unique=False)

    op.create_table('data_use_approval',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=14), nullable=False),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('levels', sa.Integer(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=False),
    sa.Column('granted_at', UtcDateTime(), nullable=False),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.Column('ended_kind', sa.String(length=10), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_reason', sa.String(length=400), nullable=False),
    sa.Column('told_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint("ended_kind IN ('revoked', 'withdrawn', 'edited')", name=op.f('ck_data_use_approval_ended')),
    sa.ForeignKeyConstraint(['application_id'], ['data_use_application.id'], name=op.f('fk_data_use_approval_application_id_data_use_application')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['ab_user.id'], name=op.f('fk_data_use_approval_ended_by_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_use_approval')),
    sa.UniqueConstraint('number', name=op.f('uq_data_use_approval_number'))
    )
    with op.batch_alter_table('data_use_approval', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_data_use_approval_application_id'), ['application_id'], unique=False)

    op.create_table('data_use_decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(length=10), nullable=False),
    sa.Column('verdict', sa.String(length=10), nullable=False),
    sa.Column('basis_fits', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['data_use_application.id'], name=op.f('fk_data_use_decision_application_id_data_use_application')),
    sa.ForeignKeyConstraint(['by_id'], ['ab_user.id'], name=op.f('fk_data_use_decision_by_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_use_decision'))
    )
    with op.batch_alter_table('data_use_decision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_data_use_decision_application_id'), ['application_id'], unique=False)

    op.create_table('data_transfer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('transfer', sa.String(length=40), nullable=False),
    sa.Column('recipient', sa.String(length=10), nullable=False),
    sa.Column('period', sa.String(length=20), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('approval_id', sa.Integer(), nullable=False),
    sa.Column('file_name', sa.String(length=100), nullable=False),
    sa.Column('file_sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('person_count', sa.Integer(), nullable=False),
    sa.Column('hidden_places', sa.Integer(), nullable=False),
    sa.Column('replaced', sa.JSON(), nullable=False),
    sa.Column('manifest', sa.LargeBinary(), nullable=False),
    sa.Column('persons', sa.LargeBinary(), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('made_by', sa.String(length=32), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=False),
    sa.Column('erased_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['approval_id'], ['data_use_approval.id'], name=op.f('fk_data_transfer_approval_id_data_use_approval')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_transfer')),
    sa.UniqueConstraint('transfer', 'recipient', 'period', name=op.f('uq_data_transfer_transfer_recipient_period')),
    sa.UniqueConstraint('transfer', 'recipient', 'sequence', name=op.f('uq_data_transfer_transfer_recipient_sequence'))
    )
    with op.batch_alter_table('data_transfer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_data_transfer_approval_id'), ['approval_id'], unique=False)

    op.create_table('data_transfer_refusal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('transfer', sa.String(length=40), nullable=False),
    sa.Column('recipient', sa.String(length=10), nullable=False),
    sa.Column('period', sa.String(length=20), nullable=False),
    sa.Column('missing', sa.String(length=30), nullable=False),
    sa.Column('told', sa.JSON(), nullable=False),
    sa.Column('approval_id', sa.Integer(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('made_by', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['approval_id'], ['data_use_approval.id'], name=op.f('fk_data_transfer_refusal_approval_id_data_use_approval')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_transfer_refusal'))
    )
    with op.batch_alter_table('data_transfer_refusal', schema=None) as batch_op:
        batch_op.create_index('ix_data_transfer_refusal_at', ['at'], unique=False)

    op.create_table('data_transfer_fetch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('transfer_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(length=10), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('staff_number', sa.String(length=32), nullable=False),
    sa.Column('terminal', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['ab_user.id'], name=op.f('fk_data_transfer_fetch_by_id_ab_user')),
    sa.ForeignKeyConstraint(['transfer_id'], ['data_transfer.id'], name=op.f('fk_data_transfer_fetch_transfer_id_data_transfer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_transfer_fetch'))
    )
    with op.batch_alter_table('data_transfer_fetch', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_data_transfer_fetch_transfer_id'), ['transfer_id'], unique=False)


def downgrade() -> None:
    """Applications, approvals and the record of transfers go; the files stay until they are swept."""
    with op.batch_alter_table('data_transfer_fetch', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_data_transfer_fetch_transfer_id'))

    op.drop_table('data_transfer_fetch')
    with op.batch_alter_table('data_transfer_refusal', schema=None) as batch_op:
        batch_op.drop_index('ix_data_transfer_refusal_at')

    op.drop_table('data_transfer_refusal')
    with op.batch_alter_table('data_transfer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_data_transfer_approval_id'))

    op.drop_table('data_transfer')
    with op.batch_alter_table('data_use_decision', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_data_use_decision_application_id'))

    op.drop_table('data_use_decision')
    with op.batch_alter_table('data_use_approval', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_data_use_approval_application_id'))

    op.drop_table('data_use_approval')
    with op.batch_alter_table('data_use_application', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_data_use_application_office_id'))
        batch_op.drop_index('ix_data_use_application_for')

    op.drop_table('data_use_application')
