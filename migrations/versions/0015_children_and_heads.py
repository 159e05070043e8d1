"""Events for children under fourteen and their guardians' consent; heads kept as numbers before names go."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("is_for_children", sa.Boolean(), nullable=False, server_default=sa.false()))

    op.create_table(
        "guardian_consent",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("consent_id", sa.Integer(), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["consent_text.id"], name="fk_guardian_consent_consent_id_consent_text"
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name="fk_guardian_consent_enrolment_id_enrolment"
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name="pk_guardian_consent"),
    )

    op.create_table(
        "event_heads",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("enrolled", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Integer(), nullable=False),
        sa.Column("attended", sa.Integer(), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_event_heads_event_id_event"),
        sa.PrimaryKeyConstraint("event_id", name="pk_event_heads"),
    )


def downgrade() -> None:
    op.drop_table("event_heads")
    op.drop_table("guardian_consent")
    op.drop_column("event", "is_for_children")
