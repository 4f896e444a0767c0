"""What is installed is ours alone, what is imported is declared, and nothing tells where it was made."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points, packages_distributions, requires, version
from importlib.resources import files

import pytest

from tests.conftest import REPOSITORY

PACKAGES = ("bot", "ingest", "knowledge", "prompts")
FIRST_PARTY = {*PACKAGES, "evals", "tests"}

BY_NAME_ONLY = {"langchain_openai": "langchain-openai", "psycopg": "psycopg", "spellchecker": "pyspellchecker"}
"""Distributions that another loads by name, or whose data files are read, without an import."""

ENGINES = {
    "huggingface_hub": "huggingface-hub",
    "sentence_transformers": "sentence-transformers",
    "torch": "torch",
    "transformers": "transformers",
}
"""Packages of the extra sentence-transformers: not in the lock files, for torch has a build for each machine."""

ABSOLUTE = "/" + "work" + "/"
INSTALLER = "pip " + "config"
INDEX_HOSTS = ("files.python" + "hosted", "://py" + "pi")
"""Written in pieces, so that this file itself does not hold them."""

DATA = {
    "bot": ["py.typed", "adapters/migrations/env.py", "adapters/migrations/versions/v0001_desk.py"],
    "prompts": ["messages/nl.yaml", "messages/en.yaml", "mcp/nl.yaml", "mcp/en.yaml", "steps/answer.md"],
    "knowledge": ["register.yaml", "rules/isv.yaml", "sources/letters/kst-26485-331.md", "answers/obligation.yaml"],
}


@cache
def project() -> dict[str, object]:
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]  # type: ignore[no-any-return]  # TOML


def normalised(name: str) -> str:
    """The name of a distribution as an index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(*, with_extras: bool = True) -> set[str]:
    """Every package that the project asks for, also those of its extras."""
    dependencies, extras = project()["dependencies"], project()["optional-dependencies"]
    assert isinstance(dependencies, list)
    assert isinstance(extras, dict)
    every = [*dependencies, *(name for names in extras.values() if with_extras for name in names)]
    return {normalised(re.split(r"[^\w.-]", dependency)[0]) for dependency in every}


def imported() -> Iterator[tuple[str, str]]:
    """Every module that the product imports from elsewhere, with the file that does."""
    for package in PACKAGES:
        for path in sorted((REPOSITORY / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                    names = [node.module]
                for name in names:
                    top = name.partition(".")[0]
                    if top not in sys.stdlib_module_names and top not in FIRST_PARTY:
                        yield top, str(path.relative_to(REPOSITORY))


def third_party() -> set[str]:
    """The distributions that the product imports or reads."""
    owners = packages_distributions()
    tops = {top for top, _ in imported()}
    found = {normalised(owner) for top in tops - set(ENGINES) for owner in owners[top]}
    return found | {ENGINES[top] for top in tops & set(ENGINES)} | set(BY_NAME_ONLY.values())


def pins(name: str) -> dict[str, str]:
    """The pinned distributions of a lock file, each with its whole entry."""
    entries = re.split(r"^(?=\w)", (REPOSITORY / name).read_text("utf-8"), flags=re.MULTILINE)
    return {normalised(re.split(r"[^\w.-]", entry)[0]): entry for entry in entries if entry[:1].isalnum()}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_distribution_owns_one_of_our_names(package: str) -> None:
    """Two distributions with one name overwrite each other without a word."""
    assert set(packages_distributions().get(package, [])) <= {"isvbot"}


@pytest.mark.parametrize(("package", "name"), [(package, name) for package, names in DATA.items() for name in names])
def test_a_data_file_is_found_in_the_installed_package(package: str, name: str) -> None:
    assert files(package).joinpath(name).is_file()


def test_the_wheel_holds_the_four_packages_and_no_others() -> None:
    build = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]
    assert sorted(build["wheel"]["packages"]) == sorted(PACKAGES)


def test_the_project_can_never_be_uploaded_by_mistake() -> None:
    classifiers = project()["classifiers"]
    assert isinstance(classifiers, list)
    assert "Private :: Do Not Upload" in classifiers


def test_the_commands_are_installed() -> None:
    scripts = {entry.name: entry.value for entry in entry_points(group="console_scripts") if entry.dist}
    assert scripts["isvbot"] == "bot.__main__:main"
    assert scripts["isvbot-ingest"] == "ingest.__main__:main"


def test_what_is_installed_is_this_version() -> None:
    assert version("isvbot") == project()["version"]
    assert {normalised(re.split(r"[^\w.-]", name)[0]) for name in requires("isvbot") or ()} == declared()


def test_every_import_from_elsewhere_is_a_declared_dependency() -> None:
    owners = packages_distributions()
    undeclared = [
        f"{path}: {top}"
        for top, path in imported()
        if not declared() & {ENGINES.get(top, ""), *(normalised(owner) for owner in owners.get(top, []))}
    ]
    assert undeclared == []


def test_every_declared_dependency_is_used() -> None:
    assert sorted(declared() - third_party()) == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"])
def test_a_lock_file_pins_everything_to_one_version_with_hashes(name: str) -> None:
    locked = pins(name)
    wanted = declared(with_extras=name != "requirements.lock") - set(ENGINES.values())
    assert sorted(wanted - set(locked)) == []
    assert [pin for pin, entry in locked.items() if not re.match(r"[\w.-]+==[\w.!+]+ ", entry)] == []
    assert [pin for pin, entry in locked.items() if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry)] == []


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [("requirements.lock", "requirements-dev.lock"), ("requirements-dev.lock", "requirements-bench.lock")],
)
def test_the_lock_of_the_developers_holds_that_of_the_users_and_is_held_by_that_of_the_benchmark(
    smaller: str, larger: str
) -> None:
    own, wider = pins(smaller), pins(larger)
    differ = [name for name, entry in own.items() if entry.split()[0] not in wider.get(name, "").split()]
    assert differ == []


def test_the_engines_are_pinned_beside_the_lock_of_the_developers() -> None:
    text = (REPOSITORY / "requirements-engines.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    names = {normalised(line.partition("==")[0]) for line in lines}
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
    assert set(ENGINES.values()) - names - set(pins("requirements-dev.lock")) == set()
    assert names & set(pins("requirements-dev.lock")) == set(), "one package, two pins"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_what_only_the_benchmark_needs_is_in_no_other_lock(name: str) -> None:
    assert "haystack-ai" in pins("requirements-bench.lock")
    assert "haystack-ai" not in pins(name)


@pytest.mark.parametrize("words", [ABSOLUTE, INSTALLER, *INDEX_HOSTS])
def test_no_file_under_version_control_tells_where_it_was_made(words: str) -> None:
    git = shutil.which("git")
    if git is None or not (REPOSITORY / ".git").exists():
        pytest.skip("this is not a checkout with git")
    command = [git, "grep", "--files-with-matches", "--fixed-strings", "-I", "-e", words]
    found = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert found.stderr == ""
    assert found.stdout.splitlines() == []
