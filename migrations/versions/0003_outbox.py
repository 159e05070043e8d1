"""The ledger of letters."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letter_content",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("letter", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("calendar", sa.LargeBinary(), nullable=False),
        sa.Column("calendar_method", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_letter_content"),
        sa.UniqueConstraint("digest", name="uq_letter_content_digest"),
    )

    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=96), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("letter", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("useful_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(length=32), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("data_begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unanswered", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("last_code", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending','claimed','accepted','failed','ambiguous','cancelled','missed',"
            "'suppressed','merged','bounced')",
            name="ck_delivery_state",
        ),
        sa.ForeignKeyConstraint(
            ["content_id"], ["letter_content.id"], name="fk_delivery_content_id_letter_content"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("cause", "address", "channel", name="uq_delivery_cause_address_channel"),
    )
    op.create_index("ix_delivery_about", "delivery", ["about"], unique=False)
    op.create_index("ix_delivery_sent_at", "delivery", ["sent_at"], unique=False)
    op.create_index(
        "ix_delivery_unknown",
        "delivery",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("state = 'ambiguous'"),
        sqlite_where=sa.text("state = 'ambiguous'"),
    )
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["next_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
        sqlite_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_delivery_lease",
        "delivery",
        ["lease_until"],
        unique=False,
        postgresql_where=sa.text("state = 'claimed'"),
        sqlite_where=sa.text("state = 'claimed'"),
    )

    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_attempt_delivery_id_delivery"),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
    )
    op.create_index("ix_attempt_delivery_id", "attempt", ["delivery_id"], unique=False)

    op.create_table(
        "suppression",
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name="pk_suppression"),
    )


def downgrade() -> None:
    op.drop_table("suppression")
    op.drop_table("attempt")
    op.drop_table("delivery")
    op.drop_table("letter_content")
