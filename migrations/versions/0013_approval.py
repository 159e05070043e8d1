"""Publishing rules, submissions, remarks, and changes that wait for a reviewer."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "publishing_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("reviewer", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_publishing_rule_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_publishing_rule"),
        sa.UniqueConstraint(
            "organization_id", "kind", "level", name="uq_publishing_rule_organization_id_kind_level"
        ),
    )

    op.create_table(
        "event_submission",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_event_submission_by_id_person"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_event_submission_event_id_event"),
        sa.PrimaryKeyConstraint("event_id", name="pk_event_submission"),
    )

    op.create_table(
        "event_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_event_comment_author_id_person"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_event_comment_event_id_event"),
        sa.PrimaryKeyConstraint("id", name="pk_event_comment"),
    )
    op.create_index("ix_event_comment_event_id", "event_comment", ["event_id"], unique=False)

    op.create_table(
        "event_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("is_quiet", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_reason", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_event_change_by_id_person"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name="fk_event_change_decided_by_id_person"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_event_change_event_id_event"),
        sa.PrimaryKeyConstraint("id", name="pk_event_change"),
    )
    op.create_index("ix_event_change_event_id", "event_change", ["event_id"], unique=False)
    op.create_index(
        "ix_event_change_waiting",
        "event_change",
        ["event_id"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )

    op.create_table(
        "review_digest_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_review_digest_day"),
    )


def downgrade() -> None:
    op.drop_table("review_digest_day")
    op.drop_table("event_change")
    op.drop_table("event_comment")
    op.drop_table("event_submission")
    op.drop_table("publishing_rule")
