"""Questions to the database that Django writes once, and asks with other values each time.

Django takes some ten times as long to write a query as SQLite takes to answer it, and a page asks a
dozen; a comment is taken while others wait for the write lock. A question is a function that
returns a queryset. It is called once, with stand-ins for its values; the places that these took in
the query are filled from then on. So it may depend on nothing but its arguments: whether one is
None, or what time it is, is no business of its.
"""

import inspect
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, cast, get_args

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Field, Model, QuerySet
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    get_related_populators,
)
from django.db.models.sql import InsertQuery

Value = int | str | datetime | list[int] | list[str]

MOST = 200  # shapes of one question that are remembered

# No query of ours holds one of these by itself.
NUMBERS = 31_000  # and up; the smallest kind of column holds 32,767
MOMENTS = datetime(2900, 1, 1, tzinfo=UTC)


class Question:
    """A decorator: the function takes ints, texts, moments (aware), lists of ints and of texts, as
    its annotations say; called, it returns the rows as a list.

    What it takes by keyword alone (where a slice begins, say) stands in the query's text: for each
    of these, and for lists of another length, it is written anew.
    """

    def __init__(self, write: Callable[..., QuerySet[Any]]) -> None:
        self.write = write
        self.kinds = [each.annotation for each in inspect.signature(write).parameters.values()]
        self.written: dict[tuple[Any, ...], Written] = {}
        self.__doc__ = write.__doc__

    def __call__(self, *values: Value, **shape: Any) -> list[Any]:
        lengths = (len(value) for value in values if isinstance(value, list))
        key = connections[DEFAULT_DB_ALIAS].vendor, *lengths, *shape.values()
        written = self.written.get(key)
        if written is None:
            written = Written(self.write(*self.stand_ins(values), **shape))
            if len(self.written) >= MOST:
                self.written.clear()
            self.written[key] = written
        return written.ask(flat(values))

    def stand_ins(self, values: tuple[Value, ...]) -> list[Value]:
        """For each value something of its kind that can be recognized in the query."""
        made: list[Any] = []
        place = 0
        for kind, value in zip(self.kinds, values, strict=False):
            if isinstance(value, list):
                [kind] = get_args(kind)
                made.append([stand_in(kind, place + number) for number in range(len(value))])
                place += len(value)
            else:
                made.append(stand_in(kind, place))
                place += 1
        return made


class Written:
    """A query as Django wrote it for one database: its text, its values, and where the values of
    the question belong among these."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        try:
            self.text, self.values = compiler.as_sql()
        except EmptyResultSet:  # an empty slice: nothing is asked
            self.text, self.values = "", ()
        # How columns become values: to look that up takes Django as long as the asking.
        self.converters = compiler.get_converters([column for column, *_ in compiler.select])
        self.models = Models(compiler) if rows._iterable_class is ModelIterable else None
        self.is_flat = rows._iterable_class is FlatValuesListIterable
        self.places = [place_of(value) for value in self.values]

    def ask(self, values: list[Any]) -> list[Any]:
        """The rows, each as the queryset would give them."""
        if not self.text:
            return []
        connection = connections[DEFAULT_DB_ALIAS]
        adapted = [
            connection.ops.adapt_datetimefield_value(value)
            if isinstance(value, datetime)
            else value
            for value in values
        ]
        filled = tuple(
            own if place is None else adapted[place]
            for own, place in zip(self.values, self.places, strict=True)
        )
        with connection.cursor() as cursor:
            cursor.execute(self.text, filled)
            found = self.converted(cursor.fetchall(), connection)
        if self.models:
            return [self.models.made(row) for row in found]
        return [row[0] for row in found] if self.is_flat else found

    def converted(self, rows: Sequence[tuple[Any, ...]], connection: Any) -> list[Any]:
        """The rows with each column as its field has it."""
        if not self.converters:
            return list(rows)
        changed = [list(row) for row in rows]
        for place, (functions, column) in self.converters.items():
            for row in changed:
                for convert in functions:
                    row[place] = convert(row[place], column, connection)
        return [tuple(row) for row in changed]


class Models:
    """How rows become models: what Django's ModelIterable looks up each time, looked up once."""

    def __init__(self, compiler: Any) -> None:
        fields = compiler.klass_info["select_fields"]
        self.model = compiler.klass_info["model"]
        self.own = slice(fields[0], fields[-1] + 1)
        self.names = [column.target.attname for column, *_ in compiler.select[self.own]]
        # The stubs are those of a later Django, which takes one thing more.
        self.populators = get_related_populators(  # type: ignore[call-arg]
            compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS
        )
        self.annotated = compiler.annotation_col_map or {}

    def made(self, row: tuple[Any, ...]) -> Model:
        """The model of a row, with what was selected beside it."""
        made = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.own])
        for populator in self.populators:
            populator.populate(row, made)
        for name, place in self.annotated.items():
            setattr(made, name, row[place])
        return made


def flat(values: tuple[Value, ...]) -> list[Any]:
    """The values, those of lists one by one."""
    return [each for value in values for each in (value if isinstance(value, list) else [value])]


def stand_in(kind: Any, place: int) -> Value:
    """What stands for the value of that kind at that place."""
    if kind is int:
        return NUMBERS + place
    if kind is datetime:
        return MOMENTS + timedelta(days=place)
    if kind is str:
        return f"\ue000{place}"
    raise TypeError(f"A question takes no {kind}.")


def place_of(value: Any) -> int | None:
    """Whose stand-in a value of a query is; None if it is the query's own."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int) and NUMBERS <= value < NUMBERS + 1000:
        return int(value) - NUMBERS
    if isinstance(value, str) and value.startswith("\ue000"):
        return int(value[1:])
    text = str(value)
    if text.startswith("2900-"):  # SQLite is given moments as texts
        return (datetime.fromisoformat(text).replace(tzinfo=UTC) - MOMENTS).days
    return None


def insert(row: Model) -> None:
    """Saves a new row, whose fields hold values and no expressions, and sets its key; `save` would
    write the statement anew each time. Sends no signals: nothing of ours listens to any."""
    connection = connections[DEFAULT_DB_ALIAS]
    text, fields = insertion(type(row), connection.vendor)
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        [row.pk] = cursor.fetchone()
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


@cache
def insertion(model: type[Model], _vendor: str) -> tuple[str, list[Field[Any, Any]]]:
    """The statement for a new row of a model, and the fields whose values it takes."""
    key = model._meta.pk
    fields = [field for field in model._meta.concrete_fields if field is not key]
    query = InsertQuery(model)
    query.insert_values(fields, [model()])
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    compiler.returning_fields = [key]
    [(text, _values)] = compiler.as_sql()
    return text, fields


def update(rows: Sequence[Model], *names: str) -> None:
    """Saves these fields of some rows, whatever else has become of these; `bulk_update` would write
    one statement, as long as there are rows, anew each time. Belongs in a transaction."""
    if not rows:
        return
    connection, options = connections[DEFAULT_DB_ALIAS], cast(Any, rows[0]._meta)
    fields = [options.get_field(name) for name in names]
    quoted = connection.ops.quote_name
    setting = ", ".join(f"{quoted(field.column)} = %s" for field in fields)
    text = f"UPDATE {quoted(options.db_table)} SET {setting} WHERE {quoted(options.pk.column)} = %s"  # noqa: S608  (names of ours)
    values = [
        [
            *(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields),
            row.pk,
        ]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(text, values)
