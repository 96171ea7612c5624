"""range waiting rows

Revision: 0046
Before it: 0045
"""

from alembic import op


revision = '0046'
down_revision = '0045'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rows that wait stay; the key, which cost as much as a row, goes for an index of ranges of pages."""

    with op.batch_alter_table('incoming_row', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('pk_incoming_row'), type_='primary')
        batch_op.create_index('ix_incoming_row_lines', ['file_id', 'line'], unique=False, postgresql_using='brin', postgresql_with={'pages_per_range': 32, 'autosummarize': 'on'})


def downgrade() -> None:
    """Rows that wait stay, and have their key again."""

    with op.batch_alter_table('incoming_row', schema=None) as batch_op:
        batch_op.drop_index('ix_incoming_row_lines')
        batch_op.create_primary_key(op.f('pk_incoming_row'), ['file_id', 'line'])
