"""What a feed is made of is read in the order in which it is cut, by day: an edit costs a reader's next look less."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_feed_entry_contents", "feed_entry")
    op.create_index("ix_feed_entry_contents", "feed_entry",
                    ["language", "day", "zone", "event_id", "revision", "octets"])


def downgrade() -> None:
    op.drop_index("ix_feed_entry_contents", "feed_entry")
    op.create_index("ix_feed_entry_contents", "feed_entry",
                    ["event_id", "language", "day", "zone", "octets", "revision"])
