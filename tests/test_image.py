"""The image and its services hold what they promise, as far as can be seen without Docker."""

import json
import re
import shlex

import yaml

from bot.channels.teams import sdk  # noqa: F401  # before anything else of the SDK
from bot.channels.teams.app import FINISH_S
from bot.channels.telegram.run import Tempo
from tests.conftest import REPOSITORY

DOCKERFILE = (REPOSITORY / "Dockerfile").read_text("utf-8")
SCRIPT = (REPOSITORY / "scripts" / "without-docker.sh").read_text("utf-8")
COMPOSE = yaml.safe_load((REPOSITORY / "compose.yaml").read_text("utf-8"))

FOLDERS = ("/opt", "/data")
"""Where the image puts things; the script puts them below a folder of its own."""


def instructions() -> list[tuple[str, str]]:
    """Give the instructions of the Dockerfile: a name and what follows."""
    lines = [line for line in DOCKERFILE.splitlines() if not line.startswith("#")]
    whole = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in whole.splitlines()) if name]


def commands_of_the_image() -> list[list[str]]:
    """Give the commands in the order in which they run: those of the build, the start, the health check."""
    build = [shlex.split(part) for name, rest in instructions() if name == "RUN" for part in rest.split(" && ")]
    (start,) = [json.loads(rest) for name, rest in instructions() if name == "CMD"]
    (health,) = [json.loads(rest.partition("CMD ")[2]) for name, rest in instructions() if name == "HEALTHCHECK"]
    return [*build, start, health]


def commands_of_the_script() -> list[list[str]]:
    """Give the commands of the script without its own folder."""
    found = re.findall(
        r"^(?:until )?(?:RUN|ONLY_IN_DOCKER|CMD|HEALTHCHECK) (.+?)(?: 2>/dev/null; do)?$", SCRIPT, re.MULTILINE
    )
    return [shlex.split(line.replace("$root", "")) for line in found]


def test_the_script_runs_the_commands_of_the_dockerfile_in_their_order() -> None:
    assert commands_of_the_script() == commands_of_the_image()
    assert any(part.startswith(FOLDERS) for command in commands_of_the_image() for part in command)


def test_only_making_the_user_is_left_to_docker() -> None:
    left = [shlex.split(line)[0] for line in re.findall(r"^ONLY_IN_DOCKER (.+)$", SCRIPT, re.MULTILINE)]
    assert left == ["useradd", "install"]


def test_the_image_is_small_pinned_and_not_run_by_root() -> None:
    names = [name for name, _ in instructions()]
    bases = [rest.split()[0] for name, rest in instructions() if name == "FROM"]
    assert len(bases) == 2
    assert all(re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+(@sha256:[0-9a-f]{64})?", base) for base in bases)
    assert len(set(bases)) == 1
    (user,) = [rest for name, rest in instructions() if name == "USER"]
    assert int(user.partition(":")[0]) >= 1000
    last = len(names) - 1 - names[::-1].index("RUN")
    assert names.index("USER") > last, "nothing is installed by the user that the program runs as"


def test_the_image_copies_what_is_there_and_the_build_sees_nothing_else() -> None:
    copied = [
        name for key, rest in instructions() if key == "COPY" and "--from" not in rest for name in rest.split()[:-1]
    ]
    assert all((REPOSITORY / name).exists() for name in copied)
    ignored = (REPOSITORY / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in ignored
    assert sorted(line.removeprefix("!") for line in ignored if line.startswith("!")) == sorted(copied)


def test_the_lock_of_the_image_holds_every_channel_at_the_versions_that_are_tested() -> None:
    def pinned(name: str) -> dict[str, str]:
        text = (REPOSITORY / name).read_text("utf-8")
        return dict(re.findall(r"^([a-z0-9.\-]+)(?:\[[a-z,]+\])?==([^ ;\\]+)", text, re.MULTILINE))

    image, tested = pinned("requirements-serve.lock"), pinned("requirements-dev.lock")
    assert {"python-telegram-bot", "microsoft-teams-apps", "psycopg", "langchain-openai", "hatchling"} <= image.keys()
    assert {name: tested.get(name) for name in image} == image
    assert "pytest" not in image


def test_the_services_start_in_order_and_may_write_their_volume_only() -> None:
    services = COMPOSE["services"]
    assert set(services) == {"index", "bot", "chroma", "postgres"}
    volumes = {volume.partition(":")[0] for service in services.values() for volume in service["volumes"]}
    assert volumes == set(COMPOSE["volumes"])
    for service in (services[name] for name in ("index", "bot", "chroma")):
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert all(volume.endswith(":/data") for volume in service["volumes"])
    for service in services.values():
        for other, waits in service.get("depends_on", {}).items():
            if waits["condition"] == "service_healthy":
                assert services[other]["healthcheck"]["test"]
    assert services["bot"]["depends_on"]["index"]["condition"] == "service_completed_successfully"
    assert re.fullmatch(r"postgres:\d+\.\d+(-\w+)?(@sha256:[0-9a-f]{64})?", services["postgres"]["image"])


def test_only_the_bot_is_reached_from_outside_and_only_from_this_machine() -> None:
    ports = {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service}
    assert ports == {"bot": ["127.0.0.1:3978:3978"]}


def test_no_password_stands_in_the_services() -> None:
    text = (REPOSITORY / "compose.yaml").read_text("utf-8")
    assert re.findall(r"isvbot:[^@$]+@", text) == []
    assert COMPOSE["services"]["postgres"]["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")


def test_a_stop_leaves_the_bot_time_to_finish() -> None:
    (seconds,) = re.findall(r"^(\d+)s$", COMPOSE["services"]["bot"]["stop_grace_period"])
    assert int(seconds) > max(2 * FINISH_S, Tempo().finish_s)
