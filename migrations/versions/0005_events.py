"""Events, their tasks, regions, figures and photos."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ical_uid", sa.String(length=120), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=True),
        sa.Column("slug", sa.String(length=80), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("part", sa.String(length=12), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_all_day", sa.Boolean(), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("announced_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("location", sa.String(length=200), nullable=False),
        sa.Column("online_url", sa.String(length=500), nullable=False),
        sa.Column("speaker", sa.String(length=120), nullable=False),
        sa.Column("audience", sa.String(length=200), nullable=False),
        sa.Column("contact", sa.String(length=120), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("takes_enrolments", sa.Boolean(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("signup_closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("credit_hours", sa.Integer(), nullable=True),
        sa.Column("advance_count", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("returned_reason", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("schedule_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unpublished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("figures_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(parent_id IS NULL) = (part IS NULL)", name="ck_event_part"),
        sa.CheckConstraint("capacity IS NULL OR capacity > 0", name="ck_event_capacity"),
        sa.CheckConstraint("ends_at > starts_at", name="ck_event_span"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_event_organization_id_organization"
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["event.id"], name="fk_event_parent_id_event"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.UniqueConstraint("form_key", name="uq_event_form_key"),
        sa.UniqueConstraint("ical_uid", name="uq_event_ical_uid"),
        sa.UniqueConstraint("slug", name="uq_event_slug"),
    )
    op.create_index("ix_event_kind", "event", ["kind"], unique=False)
    op.create_index("ix_event_organization_id", "event", ["organization_id"], unique=False)
    op.create_index("ix_event_parent_id", "event", ["parent_id"], unique=False)
    op.create_index("ix_event_state_span", "event", ["state", "starts_at", "ends_at"], unique=False)

    op.create_table(
        "event_task",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_event_task_event_id_event"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_event_task_task_id_task"),
        sa.PrimaryKeyConstraint("event_id", "task_id", name="pk_event_task"),
    )
    op.create_index("ix_event_task_task_id", "event_task", ["task_id"], unique=False)

    op.create_table(
        "event_region",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("share", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_event_region_event_id_event"),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name="fk_event_region_region_code_region"),
        sa.PrimaryKeyConstraint("event_id", "region_code", name="pk_event_region"),
    )
    op.create_index("ix_event_region_region_code", "event_region", ["region_code"], unique=False)

    op.create_table(
        "event_figures",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("attendances", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("materials", sa.Integer(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("media_url", sa.String(length=500), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["person.id"], name="fk_event_figures_entered_by_id_person"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_event_figures_event_id_event"),
        sa.PrimaryKeyConstraint("event_id", name="pk_event_figures"),
    )

    op.create_table(
        "event_photo",
        sa.Column("file_id", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_event_photo_event_id_event"),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name="fk_event_photo_file_id_stored_file"),
        sa.PrimaryKeyConstraint("file_id", name="pk_event_photo"),
    )
    op.create_index("ix_event_photo_event_id", "event_photo", ["event_id"], unique=False)


def downgrade() -> None:
    op.drop_table("event_photo")
    op.drop_table("event_figures")
    op.drop_table("event_region")
    op.drop_table("event_task")
    op.drop_table("event")
