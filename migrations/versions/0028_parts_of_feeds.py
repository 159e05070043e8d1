"""What a part of a feed is made of is told by an index alone: an entry's day and octets stand beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

SPAN = ["state", "starts_at", "ends_at"]


def upgrade() -> None:
    with op.batch_alter_table("feed_entry") as table:
        table.add_column(sa.Column("day", sa.Date(), nullable=True))
        table.add_column(sa.Column("octets", sa.Integer(), nullable=True))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    day = "substr(starts_at, 1, 10)" if is_sqlite else "CAST(starts_at AT TIME ZONE 'UTC' AS date)"
    op.execute(f"UPDATE feed_entry SET day = {day}, octets = length(body)")
    with op.batch_alter_table("feed_entry") as table:
        table.alter_column("day", existing_type=sa.Date(), nullable=False)
        table.alter_column("octets", existing_type=sa.Integer(), nullable=False)
    op.create_index("ix_feed_entry_contents", "feed_entry",
                    ["event_id", "language", "day", "zone", "octets", "revision"])
    op.drop_index("ix_event_state_span", "event")
    op.create_index("ix_event_state_span", "event", [*SPAN, "deleted_at", "revised_at"])


def downgrade() -> None:
    op.drop_index("ix_event_state_span", "event")
    op.create_index("ix_event_state_span", "event", SPAN)
    op.drop_index("ix_feed_entry_contents", "feed_entry")
    with op.batch_alter_table("feed_entry") as table:
        table.drop_column("octets")
        table.drop_column("day")
