"""keep sessions, second factors, tickets and guards of accounts

Revision: 0009
Before it: 0008
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('blocked_password',
    sa.Column('digest', sa.LargeBinary(length=32), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_blocked_password'))
    )
    op.create_table('sign_in_guard',
    sa.Column('name_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('last_at', UtcDateTime(), nullable=False),
    sa.Column('locked_until', UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('name_hash', name=op.f('pk_sign_in_guard'))
    )
    op.create_table('enrolment_ticket',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('code_hash', sa.LargeBinary(length=32), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('approved_at', UtcDateTime(), nullable=True),
    sa.Column('approved_by_id', sa.Integer(), nullable=True),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.Column('used_at', UtcDateTime(), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['approved_by_id'], ['ab_user.id'], name=op.f('fk_enrolment_ticket_approved_by_id_ab_user')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['ab_user.id'], name=op.f('fk_enrolment_ticket_asked_by_id_ab_user')),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], name=op.f('fk_enrolment_ticket_user_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enrolment_ticket'))
    )
    with op.batch_alter_table('enrolment_ticket', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_enrolment_ticket_user_id'), ['user_id'], unique=False)

    op.create_table('password_once',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('password', sa.String(length=256), nullable=False),
    sa.Column('until', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], name=op.f('fk_password_once_user_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_password_once'))
    )
    with op.batch_alter_table('password_once', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_password_once_user_id'), ['user_id'], unique=False)

    op.create_table('user_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('stage', sa.String(length=8), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('seen_at', UtcDateTime(), nullable=False),
    sa.Column('proved_at', UtcDateTime(), nullable=False),
    sa.Column('locked_at', UtcDateTime(), nullable=True),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.Column('ended_because', sa.String(length=20), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('terminal', sa.LargeBinary(length=32), nullable=False),
    sa.Column('address', sa.String(length=45), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], name=op.f('fk_user_session_user_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_session')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_user_session_token_hash'))
    )
    with op.batch_alter_table('user_session', schema=None) as batch_op:
        batch_op.create_index('ix_user_session_live', ['user_id'], unique=False, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('second_factor',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=True),
    sa.Column('key_id', sa.String(length=16), nullable=True),
    sa.Column('place', sa.String(length=36), nullable=False),
    sa.Column('last_step', sa.Integer(), nullable=True),
    sa.Column('credential_id', sa.LargeBinary(length=1023), nullable=True),
    sa.Column('public_key', sa.LargeBinary(), nullable=True),
    sa.Column('sign_count', sa.Integer(), nullable=False),
    sa.Column('enrolled_at', UtcDateTime(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=True),
    sa.Column('used_at', UtcDateTime(), nullable=True),
    sa.Column('removed_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['ticket_id'], ['enrolment_ticket.id'], name=op.f('fk_second_factor_ticket_id_enrolment_ticket')),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], name=op.f('fk_second_factor_user_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_second_factor')),
    sa.UniqueConstraint('credential_id', name=op.f('uq_second_factor_credential_id'))
    )
    with op.batch_alter_table('second_factor', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_second_factor_user_id'), ['user_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('second_factor', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_second_factor_user_id'))

    op.drop_table('second_factor')
    with op.batch_alter_table('user_session', schema=None) as batch_op:
        batch_op.drop_index('ix_user_session_live', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.drop_table('user_session')
    with op.batch_alter_table('password_once', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_password_once_user_id'))

    op.drop_table('password_once')
    with op.batch_alter_table('enrolment_ticket', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_enrolment_ticket_user_id'))

    op.drop_table('enrolment_ticket')
    op.drop_table('sign_in_guard')
    op.drop_table('blocked_password')
