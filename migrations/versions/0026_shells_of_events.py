"""An event rolled over to another year knows of which one it is the shell."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("event") as batch:
        batch.add_column(sa.Column("source_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_event_source_id_event", "event", ["source_id"], ["id"], ondelete="SET NULL")
        batch.create_index("ix_event_source_id", ["source_id"])


def downgrade() -> None:
    with op.batch_alter_table("event") as batch:
        batch.drop_index("ix_event_source_id")
        batch.drop_constraint("fk_event_source_id_event", type_="foreignkey")
        batch.drop_column("source_id")
