"""Monthly returns and supervision slips."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "monthly_return",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=True),
        sa.Column("returned_reason", sa.String(length=300), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state != 'returned' OR returned_reason != ''", name="ck_monthly_return_reason"),
        sa.CheckConstraint("state IN ('draft','submitted','returned','approved')", name="ck_monthly_return_state"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name="fk_monthly_return_decided_by_id_person"),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"],
                                name="fk_monthly_return_organization_id_organization"),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["person.id"], name="fk_monthly_return_submitted_by_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_monthly_return"),
        sa.UniqueConstraint("organization_id", "month", name="uq_monthly_return_organization_id_month"),
    )
    op.create_index("ix_monthly_return_month", "monthly_return", ["month"], unique=False)
    op.create_table(
        "supervision_slip",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("sender_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("milestone_id", sa.Integer(), nullable=True),
        sa.Column("month", sa.Date(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_fact", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('prepared','sent','closed','dropped')", name="ck_supervision_slip_state"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_supervision_slip_event_id_event"),
        sa.ForeignKeyConstraint(["milestone_id"], ["milestone.id"],
                                name="fk_supervision_slip_milestone_id_milestone"),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"],
                                name="fk_supervision_slip_organization_id_organization"),
        sa.ForeignKeyConstraint(["sender_id"], ["organization.id"],
                                name="fk_supervision_slip_sender_id_organization"),
        sa.ForeignKeyConstraint(["sent_by_id"], ["person.id"], name="fk_supervision_slip_sent_by_id_person"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_supervision_slip_task_id_task"),
        sa.PrimaryKeyConstraint("id", name="pk_supervision_slip"),
    )
    op.create_index("ix_supervision_slip_organization_id", "supervision_slip", ["organization_id"], unique=False)
    op.create_index("ix_supervision_slip_state", "supervision_slip", ["state"], unique=False)


def downgrade() -> None:
    op.drop_table("supervision_slip")
    op.drop_table("monthly_return")
