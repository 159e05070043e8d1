"""Rules of reminders: other anchors and audiences, working days, sets of an office; firings not of events alone."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

OLD = ["event_id", "anchor", "lead_amount", "lead_unit", "audience"]


def upgrade() -> None:
    with op.batch_alter_table("reminder_rule") as table:
        table.alter_column("event_id", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("organization_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("event_kind", sa.String(length=16), nullable=False, server_default=""))
        table.add_column(sa.Column("is_after", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("day_rule", sa.String(length=8), nullable=False, server_default="any"))
        table.add_column(sa.Column("at_time", sa.String(length=5), nullable=False, server_default=""))
        table.add_column(sa.Column("letter", sa.String(length=32), nullable=False, server_default=""))
        table.create_foreign_key(
            "fk_reminder_rule_organization_id_organization", "organization", ["organization_id"], ["id"])
        table.create_check_constraint("ck_reminder_rule_owner", "(event_id IS NULL) != (organization_id IS NULL)")
        table.drop_constraint("uq_reminder_rule_event_id_anchor_lead_amount_lead_unit_audience", type_="unique")
        table.create_unique_constraint("uq_reminder_rule_of_event", [*OLD, "is_after"])
        table.create_unique_constraint(
            "uq_reminder_rule_of_office", ["organization_id", "event_kind", *OLD[1:], "is_after"])
        table.create_index("ix_reminder_rule_organization_id", ["organization_id"], unique=False)
    _without_defaults("reminder_rule", "event_kind", "is_after", "day_rule", "at_time", "letter")
    with op.batch_alter_table("reminder_occurrence") as table:
        table.alter_column("event_id", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("anchor_key", sa.String(length=40), nullable=False, server_default=""))
    op.execute("UPDATE reminder_occurrence SET anchor_key = 'event:' || event_id")
    with op.batch_alter_table("reminder_occurrence") as table:
        table.alter_column("anchor_key", existing_type=sa.String(length=40), server_default=None)
        table.drop_constraint("uq_reminder_occurrence_rule_id_seq", type_="unique")
        table.create_unique_constraint(
            "uq_reminder_occurrence_rule_id_anchor_key_seq", ["rule_id", "anchor_key", "seq"])
        table.create_index("ix_reminder_occurrence_anchor_key", ["anchor_key"], unique=False)


def downgrade() -> None:
    # What the older tables cannot hold goes: rules of offices, other anchors, and their firings.
    op.execute("DELETE FROM reminder_occurrence WHERE event_id IS NULL OR rule_id IN (SELECT id FROM reminder_rule "
               "WHERE event_id IS NULL OR anchor != 'start' OR lead_unit = 'workdays' OR is_after OR "
               "audience != 'enrolled')")
    op.execute("DELETE FROM reminder_rule WHERE event_id IS NULL OR anchor != 'start' OR lead_unit = 'workdays' "
               "OR is_after OR audience != 'enrolled'")
    with op.batch_alter_table("reminder_occurrence") as table:
        table.drop_index("ix_reminder_occurrence_anchor_key")
        table.drop_constraint("uq_reminder_occurrence_rule_id_anchor_key_seq", type_="unique")
        table.create_unique_constraint("uq_reminder_occurrence_rule_id_seq", ["rule_id", "seq"])
        table.drop_column("anchor_key")
        table.alter_column("event_id", existing_type=sa.Integer(), nullable=False)
    with op.batch_alter_table("reminder_rule") as table:
        table.drop_index("ix_reminder_rule_organization_id")
        table.drop_constraint("uq_reminder_rule_of_office", type_="unique")
        table.drop_constraint("uq_reminder_rule_of_event", type_="unique")
        table.drop_constraint("ck_reminder_rule_owner", type_="check")
        table.drop_constraint("fk_reminder_rule_organization_id_organization", type_="foreignkey")
        table.create_unique_constraint("uq_reminder_rule_event_id_anchor_lead_amount_lead_unit_audience", OLD)
        for name in ("organization_id", "event_kind", "is_after", "day_rule", "at_time", "letter"):
            table.drop_column(name)
        table.alter_column("event_id", existing_type=sa.Integer(), nullable=False)


def _without_defaults(name: str, *columns: str) -> None:
    with op.batch_alter_table(name) as table:
        for column in columns:
            table.alter_column(column, server_default=None)
