"""What the database itself refuses: a sealed event is neither changed nor deleted, whoever asks.

Three things are let through: a number of a row that is deleted goes (``SET NULL``); what is personal goes, all of it at
once; and retention deletes what lies before the mark that it has moved. Who may change the database's schema can take the
triggers away, and then the chain shows what they did.
"""

from typing import Any

from django.db import connection

_TABLE = "oauth_bridge_authevent"
_KEPT = ("id", "at", "kind", "request_id", "client_name", "operator", "sequence", "hash", "seal")
_LINKS = ("person_id", "client_id", "session_id")
_PERSONAL = ("login", "address", "detail", "salt")
NAMES = ("audit_no_change", "audit_no_delete")
_REFUSED = "sealed audit events are neither changed nor deleted"


def ensure(**_: Any) -> None:
    """Create what is missing. A receiver of ``post_migrate``: SQLite loses triggers whenever a table is made anew."""
    with connection.cursor() as cursor:
        columns = {column.name for column in connection.introspection.get_table_description(cursor, _TABLE)}
        if "sequence" in columns and missing():
            for statement in _STATEMENTS[connection.vendor]:
                cursor.execute(statement)


def missing() -> list[str]:
    """Return the names of the triggers that are not there."""
    query = {
        "postgresql": f"SELECT tgname FROM pg_trigger WHERE tgrelid = '{_TABLE}'::regclass AND tgenabled <> 'D'",  # noqa: S608  our own name
        "sqlite": f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{_TABLE}'",  # noqa: S608
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query)
        there = {row[0] for row in cursor.fetchall()}
    return [name for name in NAMES if name not in there]


def _changed(distinct: str, nothing: str) -> str:
    """Return the condition that a change is none of those that are let through."""
    kept = " OR ".join(f"NEW.{name} {distinct} OLD.{name}" for name in _KEPT)
    links = " OR ".join(f"(NEW.{name} IS NOT NULL AND NEW.{name} {distinct} OLD.{name})" for name in _LINKS)
    personal = " OR ".join(f"NEW.{name} {distinct} OLD.{name}" for name in _PERSONAL)
    erased = f"NEW.login = '' AND NEW.address IS NULL AND NEW.detail = {nothing} AND NEW.salt = ''"
    return f"({kept} OR {links} OR (({personal}) AND NOT ({erased})))"


_BEFORE_ANCHOR = "OLD.sequence <= COALESCE((SELECT sequence FROM oauth_bridge_auditmark WHERE name = 'anchor'), 0)"
_ON_POSTGRESQL = (
    f"""CREATE OR REPLACE FUNCTION audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF {_BEFORE_ANCHOR} THEN RETURN OLD; END IF;
        ELSIF NOT {_changed("IS DISTINCT FROM", "'{}'::jsonb")} THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    *(
        f"""CREATE OR REPLACE TRIGGER {name} BEFORE {event} ON {_TABLE}
        FOR EACH ROW WHEN (OLD.sequence IS NOT NULL) EXECUTE FUNCTION audit_keep()"""
        for name, event in zip(NAMES, ("UPDATE", "DELETE"), strict=True)
    ),
)
_ON_SQLITE = (
    f"""CREATE TRIGGER IF NOT EXISTS audit_no_change BEFORE UPDATE ON {_TABLE}
    WHEN OLD.sequence IS NOT NULL AND {_changed("IS NOT", "'{}'")}
    BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS audit_no_delete BEFORE DELETE ON {_TABLE}
    WHEN OLD.sequence IS NOT NULL AND NOT ({_BEFORE_ANCHOR})
    BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END""",
)
_STATEMENTS = {"postgresql": _ON_POSTGRESQL, "sqlite": _ON_SQLITE}
