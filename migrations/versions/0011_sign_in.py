"""Signing in for real: earlier passwords, second factors, each office's rules, where a session is."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("web_session") as session:
        session.add_column(sa.Column("idle_minutes", sa.Integer(), nullable=False, server_default="30"))
        session.add_column(sa.Column("address", sa.String(length=45), nullable=False, server_default=""))
        session.add_column(sa.Column("program", sa.String(length=300), nullable=False, server_default=""))

    op.create_table(
        "earlier_password",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=255), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_earlier_password_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_earlier_password"),
    )
    op.create_index("ix_earlier_password_person_id", "earlier_password", ["person_id"], unique=False)

    op.create_table(
        "one_time_code",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=500), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_counter", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_one_time_code_person_id_person"),
        sa.PrimaryKeyConstraint("person_id", name="pk_one_time_code"),
    )

    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=100), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_recovery_code_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
        sa.UniqueConstraint("person_id", "digest", name="uq_recovery_code_person_id_digest"),
    )

    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_passkey_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_passkey"),
        sa.UniqueConstraint("credential_id", name="uq_passkey_credential_id"),
    )
    op.create_index("ix_passkey_person_id", "passkey", ["person_id"], unique=False)

    op.create_table(
        "sign_in_rules",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("second_factor_roles", sa.JSON(), nullable=False),
        sa.Column("password_days", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_sign_in_rules_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("organization_id", name="pk_sign_in_rules"),
    )


def downgrade() -> None:
    op.drop_table("sign_in_rules")
    op.drop_table("passkey")
    op.drop_table("recovery_code")
    op.drop_table("one_time_code")
    op.drop_table("earlier_password")
    with op.batch_alter_table("web_session") as session:
        session.drop_column("program")
        session.drop_column("address")
        session.drop_column("idle_minutes")
