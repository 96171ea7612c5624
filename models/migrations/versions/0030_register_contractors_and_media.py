"""register contractors and media

Revision: 0030
Before it: 0029
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('contractor_contract',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=100), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('band', sa.String(length=10), nullable=False),
    sa.Column('may_subcontract', sa.Boolean(), nullable=False),
    sa.Column('added_at', UtcDateTime(), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['added_by_id'], ['ab_user.id'], name=op.f('fk_contractor_contract_added_by_id_ab_user')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_contractor_contract_office_id_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contractor_contract')),
    sa.UniqueConstraint('number', name=op.f('uq_contractor_contract_number'))
    )
    op.create_table('contractor_firm',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('plain_name', sa.String(length=100), nullable=False),
    sa.Column('corporate_number', sa.String(length=13), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('added_at', UtcDateTime(), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['added_by_id'], ['ab_user.id'], name=op.f('fk_contractor_firm_added_by_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contractor_firm')),
    sa.UniqueConstraint('plain_name', name=op.f('uq_contractor_firm_plain_name'))
    )
    op.create_table('medium',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('serial', sa.String(length=60), nullable=False),
    sa.Column('place', sa.String(length=100), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('added_at', UtcDateTime(), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=True),
    sa.Column('destroyed_on', sa.Date(), nullable=True),
    sa.Column('destroyed_way', sa.String(length=20), nullable=False),
    sa.Column('destroyed_words', sa.String(length=400), nullable=False),
    sa.Column('destroyed_by_id', sa.Integer(), nullable=True),
    sa.Column('witness_id', sa.Integer(), nullable=True),
    sa.Column('witnessed_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint('witness_id IS NULL OR witness_id <> destroyed_by_id', name=op.f('ck_medium_another_witnesses')),
    sa.ForeignKeyConstraint(['added_by_id'], ['ab_user.id'], name=op.f('fk_medium_added_by_id_ab_user')),
    sa.ForeignKeyConstraint(['destroyed_by_id'], ['ab_user.id'], name=op.f('fk_medium_destroyed_by_id_ab_user')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_medium_office_id_office')),
    sa.ForeignKeyConstraint(['witness_id'], ['ab_user.id'], name=op.f('fk_medium_witness_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_medium')),
    sa.UniqueConstraint('number', name=op.f('uq_medium_number'))
    )
    op.create_table('medium_use',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('medium_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('what', sa.String(length=400), nullable=False),
    sa.Column('why', sa.String(length=400), nullable=False),
    sa.Column('from_place', sa.String(length=100), nullable=False),
    sa.Column('to_place', sa.String(length=100), nullable=False),
    sa.Column('carrier_id', sa.Integer(), nullable=False),
    sa.Column('due_at', UtcDateTime(), nullable=False),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_words', sa.String(length=400), nullable=False),
    sa.Column('copied_at', UtcDateTime(), nullable=True),
    sa.Column('copied_by_id', sa.Integer(), nullable=True),
    sa.Column('file_name', sa.String(length=100), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=True),
    sa.Column('records', sa.Integer(), nullable=True),
    sa.Column('handed_at', UtcDateTime(), nullable=True),
    sa.Column('handed_by_id', sa.Integer(), nullable=True),
    sa.Column('lent_at', UtcDateTime(), nullable=True),
    sa.Column('brought_at', UtcDateTime(), nullable=True),
    sa.Column('brought_by_id', sa.Integer(), nullable=True),
    sa.Column('returned_at', UtcDateTime(), nullable=True),
    sa.Column('returned_to_id', sa.Integer(), nullable=True),
    sa.Column('wiped_at', UtcDateTime(), nullable=True),
    sa.Column('wiped_by_id', sa.Integer(), nullable=True),
    sa.Column('wiped_words', sa.String(length=400), nullable=False),
    sa.Column('escalated_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint('decided_by_id IS NULL OR decided_by_id <> asked_by_id', name=op.f('ck_medium_use_another_decides')),
    sa.CheckConstraint('handed_by_id IS NULL OR handed_by_id <> carrier_id', name=op.f('ck_medium_use_two_lend')),
    sa.CheckConstraint('returned_to_id IS NULL OR returned_to_id <> brought_by_id', name=op.f('ck_medium_use_two_return')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['ab_user.id'], name=op.f('fk_medium_use_asked_by_id_ab_user')),
    sa.ForeignKeyConstraint(['brought_by_id'], ['ab_user.id'], name=op.f('fk_medium_use_brought_by_id_ab_user')),
    sa.ForeignKeyConstraint(['carrier_id'], ['ab_user.id'], name=op.f('fk_medium_use_carrier_id_ab_user')),
    sa.ForeignKeyConstraint(['copied_by_id'], ['ab_user.id'], name=op.f('fk_medium_use_copied_by_id_ab_user')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['ab_user.id'], name=op.f('fk_medium_use_decided_by_id_ab_user')),
    sa.ForeignKeyConstraint(['handed_by_id'], ['ab_user.id'], name=op.f('fk_medium_use_handed_by_id_ab_user')),
    sa.ForeignKeyConstraint(['medium_id'], ['medium.id'], name=op.f('fk_medium_use_medium_id_medium')),
    sa.ForeignKeyConstraint(['returned_to_id'], ['ab_user.id'], name=op.f('fk_medium_use_returned_to_id_ab_user')),
    sa.ForeignKeyConstraint(['wiped_by_id'], ['ab_user.id'], name=op.f('fk_medium_use_wiped_by_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_medium_use'))
    )
    with op.batch_alter_table('medium_use', schema=None) as batch_op:
        batch_op.create_index('ix_medium_use_due', ['state', 'due_at'], unique=False)
        batch_op.create_index('ix_medium_use_open', ['medium_id'], unique=True, sqlite_where=sa.text("state IN ('asked', 'approved', 'copied', 'handed', 'lent', 'brought', 'returned')"), postgresql_where=sa.text("state IN ('asked', 'approved', 'copied', 'handed', 'lent', 'brought', 'returned')"))

    op.create_table('contractor_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contract_id', sa.Integer(), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('firm_id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=True),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.Column('scope', sa.String(length=1000), nullable=False),
    sa.Column('data_scope', sa.String(length=1000), nullable=False),
    sa.Column('capability', sa.String(length=1000), nullable=False),
    sa.Column('inspection', sa.String(length=1000), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=True),
    sa.Column('staff_count', sa.Integer(), nullable=True),
    sa.Column('secrecy_on', sa.Date(), nullable=True),
    sa.Column('clauses', sa.JSON(), nullable=False),
    sa.Column('chart', sa.JSON(), nullable=False),
    sa.Column('cloud', sa.JSON(), nullable=True),
    sa.Column('conditions', sa.String(length=1000), nullable=False),
    sa.Column('entered_at', UtcDateTime(), nullable=False),
    sa.Column('entered_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_words', sa.String(length=1000), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('ended_words', sa.String(length=400), nullable=False),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.Column('handed_back_on', sa.Date(), nullable=True),
    sa.Column('handed_back_way', sa.String(length=10), nullable=False),
    sa.Column('handed_back_words', sa.String(length=400), nullable=False),
    sa.Column('handed_back_by_id', sa.Integer(), nullable=True),
    sa.Column('escalated_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['workflow_case.id'], name=op.f('fk_contractor_link_case_id_workflow_case')),
    sa.ForeignKeyConstraint(['contract_id'], ['contractor_contract.id'], name=op.f('fk_contractor_link_contract_id_contractor_contract')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['ab_user.id'], name=op.f('fk_contractor_link_decided_by_id_ab_user')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['ab_user.id'], name=op.f('fk_contractor_link_ended_by_id_ab_user')),
    sa.ForeignKeyConstraint(['entered_by_id'], ['ab_user.id'], name=op.f('fk_contractor_link_entered_by_id_ab_user')),
    sa.ForeignKeyConstraint(['firm_id'], ['contractor_firm.id'], name=op.f('fk_contractor_link_firm_id_contractor_firm')),
    sa.ForeignKeyConstraint(['handed_back_by_id'], ['ab_user.id'], name=op.f('fk_contractor_link_handed_back_by_id_ab_user')),
    sa.ForeignKeyConstraint(['parent_id'], ['contractor_link.id'], name=op.f('fk_contractor_link_parent_id_contractor_link')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contractor_link')),
    sa.UniqueConstraint('case_id', name=op.f('uq_contractor_link_case_id'))
    )
    with op.batch_alter_table('contractor_link', schema=None) as batch_op:
        batch_op.create_index('ix_contractor_link_contract', ['contract_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_contractor_link_parent_id'), ['parent_id'], unique=False)

    op.create_table('contractor_worker',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contract_id', sa.Integer(), nullable=False),
    sa.Column('link_id', sa.Integer(), nullable=False),
    sa.Column('last_name', sa.String(length=60), nullable=False),
    sa.Column('first_name', sa.String(length=60), nullable=False),
    sa.Column('employer', sa.String(length=100), nullable=False),
    sa.Column('evidence', sa.String(length=20), nullable=False),
    sa.Column('evidence_on', sa.Date(), nullable=True),
    sa.Column('pledged_on', sa.Date(), nullable=True),
    sa.Column('trained_on', sa.Date(), nullable=True),
    sa.Column('place', sa.String(length=100), nullable=False),
    sa.Column('badge', sa.String(length=40), nullable=False),
    sa.Column('left_on', sa.Date(), nullable=True),
    sa.Column('added_at', UtcDateTime(), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=True),
    sa.Column('username', sa.String(length=64), nullable=False),
    sa.Column('account_asked_at', UtcDateTime(), nullable=True),
    sa.Column('account_asked_by_id', sa.Integer(), nullable=True),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['account_asked_by_id'], ['ab_user.id'], name=op.f('fk_contractor_worker_account_asked_by_id_ab_user')),
    sa.ForeignKeyConstraint(['added_by_id'], ['ab_user.id'], name=op.f('fk_contractor_worker_added_by_id_ab_user')),
    sa.ForeignKeyConstraint(['contract_id'], ['contractor_contract.id'], name=op.f('fk_contractor_worker_contract_id_contractor_contract')),
    sa.ForeignKeyConstraint(['link_id'], ['contractor_link.id'], name=op.f('fk_contractor_worker_link_id_contractor_link')),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], name=op.f('fk_contractor_worker_user_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contractor_worker')),
    sa.UniqueConstraint('user_id', name=op.f('uq_contractor_worker_user_id'))
    )
    with op.batch_alter_table('contractor_worker', schema=None) as batch_op:
        batch_op.create_index('ix_contractor_worker_contract', ['contract_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_contractor_worker_link_id'), ['link_id'], unique=False)

    op.create_table('contractor_check',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('worker_id', sa.Integer(), nullable=False),
    sa.Column('drawn_on', sa.Date(), nullable=False),
    sa.Column('drawn_by_id', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.String(length=10), nullable=False),
    sa.Column('words', sa.String(length=400), nullable=False),
    sa.Column('checked_at', UtcDateTime(), nullable=True),
    sa.Column('checked_by_id', sa.Integer(), nullable=True),
    sa.Column('follow_up', sa.String(length=400), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('done_at', UtcDateTime(), nullable=True),
    sa.Column('done_by_id', sa.Integer(), nullable=True),
    sa.Column('done_words', sa.String(length=400), nullable=False),
    sa.ForeignKeyConstraint(['checked_by_id'], ['ab_user.id'], name=op.f('fk_contractor_check_checked_by_id_ab_user')),
    sa.ForeignKeyConstraint(['done_by_id'], ['ab_user.id'], name=op.f('fk_contractor_check_done_by_id_ab_user')),
    sa.ForeignKeyConstraint(['drawn_by_id'], ['ab_user.id'], name=op.f('fk_contractor_check_drawn_by_id_ab_user')),
    sa.ForeignKeyConstraint(['worker_id'], ['contractor_worker.id'], name=op.f('fk_contractor_check_worker_id_contractor_worker')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contractor_check')),
    sa.UniqueConstraint('worker_id', 'drawn_on', name=op.f('uq_contractor_check_worker_id_drawn_on'))
    )


def downgrade() -> None:
    """Contracts, their chains and persons go, and the ledger of media; accounts and cases stay."""

    op.drop_table('contractor_check')
    with op.batch_alter_table('contractor_worker', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_contractor_worker_link_id'))
        batch_op.drop_index('ix_contractor_worker_contract')

    op.drop_table('contractor_worker')
    with op.batch_alter_table('contractor_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_contractor_link_parent_id'))
        batch_op.drop_index('ix_contractor_link_contract')

    op.drop_table('contractor_link')
    with op.batch_alter_table('medium_use', schema=None) as batch_op:
        batch_op.drop_index('ix_medium_use_open', sqlite_where=sa.text("state IN ('asked', 'approved', 'copied', 'handed', 'lent', 'brought', 'returned')"), postgresql_where=sa.text("state IN ('asked', 'approved', 'copied', 'handed', 'lent', 'brought', 'returned')"))
        batch_op.drop_index('ix_medium_use_due')

    op.drop_table('medium_use')
    op.drop_table('medium')
    op.drop_table('contractor_firm')
    op.drop_table('contractor_contract')
