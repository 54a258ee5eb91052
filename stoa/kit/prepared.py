"""Reads that pages ask all the time: a query is put into SQL once in a process, and asked with other values ever after.

Django makes the SQL of a query anew each time, which takes longer than PostgreSQL needs to answer it.
"""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, Lookup, Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from stoa.kit.plans import Planning

P = ParamSpec("P")
R = TypeVar("R")
Made = tuple["QuerySet[Any, R]", SQLCompiler, str, tuple[Any, ...], Any]
"""A query with its compiler, its SQL, the parameters of that, and how columns are turned into Python's values."""


class Given(Expression):
    """Stands in a query for an argument of the read. It can be compared with a column, or be a parameter of `RawSQL`."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Sequence[Any]]:  # type: ignore[override]  # Django asks for fewer kinds of parameters
        """A parameter, to be filled when the read is asked."""
        del compiler, connection
        return "%s", [self]


@Field.register_lookup
class Among(Lookup):
    """`column__among=values` is `column__in=values` with all values as one parameter, so that their number may vary."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]  # as above
        """`column = ANY(array)`."""
        column, before = self.process_lhs(compiler, connection)
        values, after = self.process_rhs(compiler, connection)
        return f"{column} = ANY({values})", [*before, *after]


def prepared(build: Callable[P, QuerySet[Any, R]]) -> Callable[P, list[R]]:
    """Make a function that gives a query one that gives its rows.

    The function is called once, with stand-ins for its arguments, which it may only compare with columns, never look at;
    `__among` takes a list, and None equals nothing. It must not read the clock, or anything else that another call would
    find different: what varies is an argument.
    """
    signature = inspect.signature(build)
    rows = prepare(build, tuple(signature.parameters))

    @functools.wraps(build)
    def read(*args: P.args, **kwargs: P.kwargs) -> list[R]:
        return rows(signature.bind(*args, **kwargs).arguments)

    return read


def prepare(build: Callable[..., QuerySet[Any, R]], names: Sequence[str]) -> Callable[[Mapping[str, Any]], list[R]]:
    """The same of a function that takes keyword arguments of these names: the read takes their values by name."""

    @functools.cache
    def made() -> Made[R]:
        return _made(build(**{name: Given(name) for name in names}))

    def read(given: Mapping[str, Any]) -> list[R]:
        rows, compiler, sql, params, converters = made()
        filled = [_value(given[each.name]) if isinstance(each, Given) else each for each in params]
        return list(_ready(rows, _of_this_thread(compiler, sql, filled, converters)))

    return read


@functools.cache
def together(builds: tuple[Callable[[Any], QuerySet[Any, R]], ...]) -> Callable[[Any], list[R]]:
    """The rows of several such functions of one argument, all in one query; their columns must be alike."""

    def union(about: Any) -> QuerySet[Any, R]:
        first, *others = (build(about) for build in builds)
        return first.union(*others, all=True) if others else first

    rows = prepare(union, ("about",))
    return lambda about: rows({"about": about})


def _made(rows: QuerySet[Any, R]) -> Made[R]:
    compiler: Any = rows.query.get_compiler(DEFAULT_DB_ALIAS)
    sql, params = compiler.as_sql()
    if any(isinstance(value, date) for value in params):
        raise TypeError("a prepared read would keep an instant for ever: make it an argument")
    converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
    return rows, compiler, sql, tuple(params), converters


def _value(given: Any) -> Any:
    return given.pk if isinstance(given, Model) else given


def _of_this_thread(made: SQLCompiler, sql: str, params: list[Any], converters: Any) -> SQLCompiler:
    """The same compiler on this thread's connection, whose SQL is made, with the values of this call."""
    compiler: Any = copy.copy(made)
    compiler.connection = Planning(connections[DEFAULT_DB_ALIAS])
    compiler.as_sql = lambda *_args, **_kwargs: (sql, params)
    compiler.get_converters = lambda _columns: converters
    return compiler  # type: ignore[no-any-return]  # copied from one


def _ready(rows: QuerySet[Any, R], compiler: SQLCompiler) -> QuerySet[Any, R]:
    """The same query with a compiler that has nothing left to do. Not a clone, which would copy the whole query."""
    query: Any = copy.copy(rows.query)
    query.get_compiler = lambda *_args, **_kwargs: compiler
    again = type(rows)(model=rows.model, query=query, using=DEFAULT_DB_ALIAS)
    for name in ("_iterable_class", "_fields", "_prefetch_related_lookups", "_known_related_objects"):
        setattr(again, name, getattr(rows, name))
    return again
