"""The named statements of queries.sql."""

import re
from functools import cache
from importlib import resources

import sqlalchemy as sa

SCHEMA = "dbos"  # where PostgreSQL keeps the engine's tables
SEARCH_PATH = {"options": f"-c search_path={SCHEMA},public"}  # so that statements name no schema
NAMED = re.compile(r"^-- (?P<name>\w+)\n(?:--.*\n)*(?P<sql>[^;]+);", re.MULTILINE)


@cache
def query(name: str) -> sa.TextClause:
    """The statement that follows the line `-- name`; KeyError when there is none."""
    text = resources.files(__package__).joinpath("queries.sql").read_text()
    return {found["name"]: statement(found["sql"]) for found in NAMED.finditer(text)}[name]


def statement(sql: str) -> sa.TextClause:
    """A statement; `IN :ids` takes a list of texts, which may be empty."""
    made = sa.text(sql)
    return made.bindparams(sa.bindparam("ids", expanding=True, type_=sa.String)) if "IN :ids" in sql else made
