"""What was given on the command line, as arguments for another command that reads the same things."""

import shlex
from collections.abc import Collection, Iterator
from typing import Any

import typer


def given_again(context: typer.Context, command: str, leave_out: Collection[str] = ()) -> str:
    """Return the arguments and options of this run that another command has too, quoted for a shell."""
    assert context.parent is not None  # noqa: S101  # every command stands below the program
    # Typer's own types of commands and parameters differ from release to release; these attributes do not.
    program: Any = context.parent.command
    shared = {param.name for param in program.commands[command].params}
    return shlex.join(
        word
        for param in context.command.params
        if param.name in shared and param.name not in leave_out and _was_typed(context, param.name)
        for word in _words(param, context.params[param.name])
    )


def _was_typed(context: typer.Context, name: str) -> bool:
    source: Any = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _words(param: Any, value: object) -> Iterator[str]:
    for one in value if isinstance(value, list | tuple) else [value]:
        if param.param_type_name == "option":
            # Of --yes/--no, the name that was given.
            yield max(param.secondary_opts if one is False else param.opts, key=len)
            if param.is_flag:
                continue
        yield str(one)
