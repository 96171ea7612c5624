"""name definitions

Revision: 0028
Before it: 0027
"""

import json
import re
import zlib
from html import unescape

import sqlalchemy as sa
from alembic import op


revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None

LONGEST = 100


def upgrade() -> None:
    """What a diagram calls its procedure stands beside it, so that lists need not read the parcel."""
    for name in ('title_ja', 'title_en'):
        op.add_column('definition', sa.Column(name, sa.String(length=LONGEST), server_default='', nullable=False))
    connection = op.get_bind()
    rows = sa.table('definition', sa.column('id'), sa.column('slug'), sa.column('content', sa.LargeBinary),
                    sa.column('title_ja'), sa.column('title_en'))
    for row in connection.execute(sa.select(rows.c.id, rows.c.slug, rows.c.content)).all():
        ja, en = _titles(row.slug, row.content)
        change = sa.update(rows).where(rows.c.id == row.id)
        connection.execute(change.values(title_ja=ja, title_en=en))
    with op.batch_alter_table('definition', schema=None) as batch_op:
        for name in ('title_ja', 'title_en'):
            batch_op.alter_column(name, existing_type=sa.String(length=LONGEST), server_default=None)


def _titles(slug: str, content: bytes) -> tuple[str, str]:
    try:
        source = json.loads(zlib.decompress(content))['bpmn'][slug]
    except (zlib.error, ValueError, KeyError):
        return '', ''
    tag = next((one for one in re.findall(r'<(?:\w+:)?process\b[^>]*>', source) if f'id="{slug}"' in one), '')
    ja = re.search(r'\sname="([^"]*)"', tag)
    en = re.search(r'\s\w+:name_en="([^"]*)"', tag)
    first = unescape(ja.group(1)) if ja else slug
    return first[:LONGEST], (unescape(en.group(1)) if en else first)[:LONGEST]


def downgrade() -> None:
    """The titles are in the diagrams still."""
    with op.batch_alter_table('definition', schema=None) as batch_op:
        batch_op.drop_column('title_en')
        batch_op.drop_column('title_ja')
