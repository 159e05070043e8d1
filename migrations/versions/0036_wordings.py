"""Words of letters by office; changes are held a while; who opened a ticket; since when no mail server answers."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "relay_trouble",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_relay_trouble"),
    )
    op.create_table(
        "ticket_opening",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"],
                                name="fk_ticket_opening_enrolment_id_enrolment"),
        sa.PrimaryKeyConstraint("enrolment_id", name="pk_ticket_opening"),
    )
    op.create_table(
        "letter_wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("letter", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("opening", sa.Text(), nullable=False),
        sa.Column("closing", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"],
                                name="fk_letter_wording_organization_id_organization"),
        sa.PrimaryKeyConstraint("id", name="pk_letter_wording"),
        sa.UniqueConstraint("organization_id", "letter", "language", "number",
                            name="uq_letter_wording_organization_id_letter_language_number"),
    )
    op.add_column("letter_content", sa.Column("wording", sa.String(length=40), nullable=False, server_default=""))
    with op.batch_alter_table("office_settings") as table:
        table.add_column(sa.Column("change_held_minutes", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("office_settings") as table:
        table.drop_column("change_held_minutes")
    op.drop_column("letter_content", "wording")
    op.drop_table("letter_wording")
    op.drop_table("ticket_opening")
    op.drop_table("relay_trouble")
