"""Tasks and indicators carry a version, so that a form opened before somebody else's change is refused."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("task", "indicator"):
        op.add_column(table, sa.Column("version", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    for table in ("indicator", "task"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("version")
