"""Private feeds by token, slices with a short address, and who made an event."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("holds", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_feed_token_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_feed_token"),
        sa.UniqueConstraint("token_hash", name="uq_feed_token_token_hash"),
    )
    op.create_index("ix_feed_token_person_id", "feed_token", ["person_id"])
    op.create_table(
        "saved_slice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("title_en", sa.String(length=120), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"],
                                name="fk_saved_slice_organization_id_organization"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_slice"),
        sa.UniqueConstraint("slug", name="uq_saved_slice_slug"),
    )
    op.create_index("ix_saved_slice_organization_id", "saved_slice", ["organization_id"])
    with op.batch_alter_table("event") as batch:
        batch.add_column(sa.Column("made_by_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_event_made_by_id_person", "person", ["made_by_id"], ["id"], ondelete="SET NULL")
        batch.create_index("ix_event_made_by_id", ["made_by_id"])


def downgrade() -> None:
    with op.batch_alter_table("event") as batch:
        batch.drop_index("ix_event_made_by_id")
        batch.drop_constraint("fk_event_made_by_id_person", type_="foreignkey")
        batch.drop_column("made_by_id")
    op.drop_index("ix_saved_slice_organization_id", "saved_slice")
    op.drop_table("saved_slice")
    op.drop_index("ix_feed_token_person_id", "feed_token")
    op.drop_table("feed_token")
