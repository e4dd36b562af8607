"""The table of commands says what the modules register, and what few need is not loaded for the rest."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer
from typer.main import get_group

import api.cli
from api.cli.commands import COMMANDS

MODULES = sorted(path.stem for path in Path(str(api.cli.__file__)).parent.glob("*_commands.py"))
SELDOM_NEEDED = {"authlib", "httpx", "neo4j", "networkx", "numba", "scipy", "statsmodels", "uvicorn"}


@pytest.mark.parametrize("module", MODULES)
def test_the_table_says_of_a_module_what_it_registers(module: str) -> None:
    whole = typer.Typer(add_completion=False, rich_markup_mode=None)
    import_module(f"api.cli.{module}").register(whole)
    registered = {name: (command.help, command.hidden) for name, command in get_group(whole).commands.items()}
    assert registered
    assert {
        listed.name: (listed.help, listed.is_hidden) for listed in COMMANDS if listed.module == module
    } == registered


def test_the_table_names_no_other_module_and_no_command_twice() -> None:
    assert {listed.module for listed in COMMANDS} == set(MODULES)
    assert len({listed.name for listed in COMMANDS}) == len(COMMANDS)


def loaded_by(code: str) -> set[str]:
    """The modules that a process has loaded once it has run the code."""
    told = f"import sys; {code}; sys.stderr.write(' '.join(sys.modules))"
    return set(subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stderr.split())


def test_help_loads_no_command() -> None:
    loaded = loaded_by("from api.cli import main; main(['--help'])")
    assert "api.cli.commands" in loaded
    assert not loaded & {"polars", "pydantic", "linkage.ledger", *(f"api.cli.{module}" for module in MODULES)}


def test_a_command_loads_no_other_and_not_what_few_need() -> None:
    loaded = loaded_by("from api.cli import main; main(['serve', '--help'])")
    assert {module for module in MODULES if f"api.cli.{module}" in loaded} == {"serve_commands", "job_commands"}
    assert not loaded & SELDOM_NEEDED


def test_a_server_does_not_load_what_few_requests_need() -> None:
    assert not loaded_by("import api.http") & (SELDOM_NEEDED - {"uvicorn"})
