"""create texts of letters: published versions and drafts

Revision: 0023
Before it: 0022
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('letter_text',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('heading', sa.String(length=30), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('published_by_id', sa.Integer(), nullable=False),
    sa.Column('published_at', UtcDateTime(), nullable=False),
    sa.Column('reason', sa.String(length=400), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['ab_user.id'], name=op.f('fk_letter_text_author_id_ab_user')),
    sa.ForeignKeyConstraint(['published_by_id'], ['ab_user.id'], name=op.f('fk_letter_text_published_by_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_text')),
    sa.UniqueConstraint('slug', 'version', name=op.f('uq_letter_text_slug_version'))
    )
    op.create_table('letter_draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=40), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('based_on', sa.Integer(), nullable=False),
    sa.Column('heading', sa.String(length=30), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('lock_version', sa.Integer(), nullable=False),
    sa.Column('saved_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['ab_user.id'], name=op.f('fk_letter_draft_author_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_draft')),
    sa.UniqueConstraint('slug', 'author_id', name=op.f('uq_letter_draft_slug_author_id'))
    )
    op.create_index(op.f('ix_letter_draft_author_id'), 'letter_draft', ['author_id'])


def downgrade() -> None:
    op.drop_table('letter_draft')
    op.drop_table('letter_text')
