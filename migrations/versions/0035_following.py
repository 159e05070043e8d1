"""Following by e-mail: who follows what, what happened, who stopped which letters; the board's weeks."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "unsubscribe",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_unsubscribe"),
        sa.UniqueConstraint("address_hash", "scope", name="uq_unsubscribe_address_hash_scope"),
    )
    op.create_table(
        "follower",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("rhythm", sa.String(length=8), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("told_until", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.CheckConstraint("rhythm IN ('at_once','daily','weekly')", name=op.f("ck_follower_rhythm")),
        sa.CheckConstraint("hour BETWEEN 8 AND 21", name=op.f("ck_follower_hour")),
        sa.PrimaryKeyConstraint("id", name="pk_follower"),
        sa.UniqueConstraint("address", name="uq_follower_address"),
    )
    op.create_index("ix_follower_address_hash", "follower", ["address_hash"])
    op.create_index("ix_follower_next_at", "follower", ["next_at"])
    op.create_index("ix_follower_rhythm_told_until", "follower", ["rhythm", "told_until"])
    op.create_table(
        "follow",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("follower_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=32), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("rhythm", sa.String(length=8), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("consent_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["follower_id"], ["follower.id"], name="fk_follow_follower_id_follower",
                                ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["consent_id"], ["consent_text.id"], name="fk_follow_consent_id_consent_text"),
        sa.PrimaryKeyConstraint("id", name="pk_follow"),
        sa.UniqueConstraint("follower_id", "topic", name="uq_follow_follower_id_topic"),
    )
    op.create_index("ix_follow_topic", "follow", ["topic"])
    op.create_index("ix_follow_asked_at", "follow", ["asked_at"])
    op.create_table(
        "event_news",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_event_news_event_id_event", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_event_news"),
    )
    op.create_index("ix_event_news_event_id", "event_news", ["event_id"])
    op.create_index("ix_event_news_at", "event_news", ["at"])
    op.create_table(
        "board_week",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"],
                                name="fk_board_week_organization_id_organization", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("week", "organization_id", name="pk_board_week"),
    )


def downgrade() -> None:
    for table in ("board_week", "event_news", "follow", "follower", "unsubscribe"):
        op.drop_table(table)
