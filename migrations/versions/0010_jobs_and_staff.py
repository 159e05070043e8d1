"""Work done behind the page; when staff were invited, came last, and left."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("attachment", sa.LargeBinary(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(length=40), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting','running','done','failed')", name="ck_job_state"),
        sa.CheckConstraint("state != 'failed' OR error != ''", name="ck_job_error"),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
    )
    op.create_index("ix_job_open", "job", ["id"], unique=False,
                    postgresql_where=sa.text("state IN ('waiting','running')"),
                    sqlite_where=sa.text("state IN ('waiting','running')"))
    with op.batch_alter_table("person") as person:
        person.add_column(sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True))
        person.add_column(sa.Column("last_signed_in_at", sa.DateTime(timezone=True), nullable=True))
        person.add_column(sa.Column("deactivated_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE person SET last_signed_in_at ="
        " (SELECT max(created_at) FROM web_session WHERE web_session.person_id = person.id)")


def downgrade() -> None:
    with op.batch_alter_table("person") as person:
        person.drop_column("deactivated_at")
        person.drop_column("last_signed_in_at")
        person.drop_column("invited_at")
    op.drop_table("job")
