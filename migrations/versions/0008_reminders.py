"""Reminder rules, their occurrences, and heartbeats."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminder_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.String(length=16), nullable=False),
        sa.Column("lead_amount", sa.Integer(), nullable=False),
        sa.Column("lead_unit", sa.String(length=8), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("useful_for", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_reminder_rule_event_id_event"),
        sa.PrimaryKeyConstraint("id", name="pk_reminder_rule"),
        sa.UniqueConstraint(
            "event_id",
            "anchor",
            "lead_amount",
            "lead_unit",
            "audience",
            name="uq_reminder_rule_event_id_anchor_lead_amount_lead_unit_audience",
        ),
    )
    op.create_index("ix_reminder_rule_event_id", "reminder_rule", ["event_id"], unique=False)

    op.create_table(
        "reminder_occurrence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("schedule_version", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("useful_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.CheckConstraint("state != 'missed' OR reason != ''", name="ck_reminder_occurrence_reason"),
        sa.CheckConstraint(
            "state IN ('open','expanding','expanded','done','cancelled','missed')",
            name="ck_reminder_occurrence_state",
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_reminder_occurrence_event_id_event"),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["reminder_rule.id"], name="fk_reminder_occurrence_rule_id_reminder_rule"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reminder_occurrence"),
        sa.UniqueConstraint("rule_id", "seq", name="uq_reminder_occurrence_rule_id_seq"),
    )
    op.create_index(
        "ix_reminder_occurrence_due",
        "reminder_occurrence",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('open','expanding')"),
        sqlite_where=sa.text("state IN ('open','expanding')"),
    )
    op.create_index("ix_reminder_occurrence_event", "reminder_occurrence", ["event_id"], unique=False)

    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_heartbeat"),
    )


def downgrade() -> None:
    op.drop_table("heartbeat")
    op.drop_table("reminder_occurrence")
    op.drop_table("reminder_rule")
