"""Enrolments and the consent they were given under."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consent_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("first_shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consent_text"),
        sa.UniqueConstraint("purpose", "language", "digest", name="uq_consent_text_purpose_language_digest"),
    )

    op.create_table(
        "enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_key", sa.String(length=60), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("mobile", sa.String(length=20), nullable=False),
        sa.Column("contact", sa.String(length=254), nullable=False),
        sa.Column("unit", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("consent_id", sa.Integer(), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sequence_mailed", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('enrolled','waitlisted','withdrawn')", name="ck_enrolment_state"),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["consent_text.id"], name="fk_enrolment_consent_id_consent_text"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_enrolment_event_id_event"),
        sa.PrimaryKeyConstraint("id", name="pk_enrolment"),
        sa.UniqueConstraint("event_id", "contact", "name_key", name="uq_enrolment_event_id_contact_name_key"),
        sa.UniqueConstraint("form_key", name="uq_enrolment_form_key"),
        sa.UniqueConstraint("token_hash", name="uq_enrolment_token_hash"),
    )
    op.create_index("ix_enrolment_contact", "enrolment", ["contact"], unique=False)
    op.create_index("ix_enrolment_event_state", "enrolment", ["event_id", "state"], unique=False)


def downgrade() -> None:
    op.drop_table("enrolment")
    op.drop_table("consent_text")
