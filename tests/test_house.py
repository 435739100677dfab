"""The house: who knows whom, what a file is, and what never gets into the repository."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PACKAGES = ("flows", "tasks", "blocks")
MOST_LINES = 400
DUMPING_GROUNDS = {"utils", "util", "helpers", "helper", "common", "base", "misc", "shared"}

# Addresses of package registries, written so that this file does not hold one.
REGISTRY = re.compile(
    r"--(extra-)?index-url|--find-links|pypi\.(org|python)|pythonhosted\.org|/simple/?\b.*index", re.I
)
SECRET = re.compile(
    r"\bsk-(?!test|your|xxx|example|\.\.\.|…)[A-Za-z0-9]{20,}|\bAKIA[0-9A-Z]{16}\b|\bLTAI(?!5tEmulator)[0-9A-Za-z]{16,}\b"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
MACHINE = re.compile(r"(?<![\w.])/(?:home|Users|root|work)/[A-Za-z0-9_.-]+/")


def tracked() -> list[Path]:
    """What the repository holds, and what the next commit may add; every file when there is no repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        names = [name for name in listed.stdout.decode().split("\0") if name]
        return [PROJECT / name for name in names if (PROJECT / name).is_file()]
    hidden = re.compile(r"/(\.venv|\.git|\.wanflow|media|__pycache__|\.[a-z]+_cache|[^/]+\.egg-info)/")
    return [
        path for path in PROJECT.rglob("*") if path.is_file() and not hidden.search(f"/{path.relative_to(PROJECT)}")
    ]


def text_of(path: Path) -> str:
    """The text, or nothing for pictures and sounds."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def sources(*folders: str) -> list[Path]:
    """Python files under the folders."""
    return sorted(path for path in tracked() if path.suffix == ".py" and path.relative_to(PROJECT).parts[0] in folders)


def named(lines: list[str]) -> str:
    """Findings, one a line, so that the failure reads as a list."""
    return "\n".join(lines)


def matches(pattern: re.Pattern[str], *, spare: set[str]) -> list[str]:
    """Where the pattern stands in the repository."""
    found = []
    for path in tracked():
        name = str(path.relative_to(PROJECT))
        text = "" if name in spare else text_of(path)
        if not pattern.search(text):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if pattern.search(line):
                found.append(f"{name}:{number}: {line.strip()[:100]}")
    return found


def test_flows_know_tasks_and_tasks_know_blocks() -> None:
    """Flows know tasks, tasks know blocks, blocks know neither, and the blocks keep their own order."""
    linter = Path(sys.executable).with_name("lint-imports")
    answer = subprocess.run([linter, "--no-cache"], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout[-3000:] + answer.stderr[-1000:]


def test_no_file_is_too_long() -> None:
    """No source file, and no test, has more lines than a reader holds in mind."""
    lengths = {path: len(text_of(path).splitlines()) for path in sources(*PACKAGES, "tests")}
    assert not named([f"{path.relative_to(PROJECT)}: {count}" for path, count in lengths.items() if count > MOST_LINES])


def test_no_module_is_a_dumping_ground() -> None:
    """Every module is named after what it holds."""
    assert not [str(path.relative_to(PROJECT)) for path in sources(*PACKAGES) if path.stem in DUMPING_GROUNDS]


def test_every_test_states_its_claim() -> None:
    """Each test opens with a sentence that claims something."""
    bare = []
    for path in sources("tests"):
        for node in ast.walk(ast.parse(text_of(path))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                claim = (ast.get_docstring(node) or "").splitlines()
                if not claim or len(claim[0].split()) < 3:
                    bare.append(f"{path.relative_to(PROJECT)}:{node.lineno} {node.name}")
    assert not named(bare)


def test_no_test_waits_a_fixed_time() -> None:
    """Tests wait for a condition: no `sleep` of a whole half second or more, where a condition could be asked."""
    waits = []
    for path in sources("tests"):
        for node in ast.walk(ast.parse(text_of(path))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            time = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
            if name == "sleep" and isinstance(time, int | float) and 0.5 <= time < 60:
                waits.append(f"{path.relative_to(PROJECT)}:{node.lineno}")
    assert not named(waits)


def test_no_registry_address_is_kept() -> None:
    """No file tells where packages come from: that is the machine's business."""
    assert not named(matches(REGISTRY, spare={"tests/test_house.py", ".ci/lock"}))
    assert not [path.name for path in tracked() if path.name in {"uv.lock", "pip.conf", "poetry.lock", "Pipfile.lock"}]


def test_no_secret_is_kept() -> None:
    """No file holds a key."""
    assert not named(matches(SECRET, spare={"tests/test_house.py"}))


def test_no_path_of_somebodys_machine_is_kept() -> None:
    """No file names a folder that only one machine has."""
    assert not named(matches(MACHINE, spare={"tests/test_house.py"}))


def test_the_lock_pins_everything_by_hash() -> None:
    """Each line of the lock pins one version, and each pin has hashes."""
    blocks: list[list[str]] = []
    for line in (PROJECT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        if line.startswith(" "):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    assert len(blocks) > 50
    for first, *rest in blocks:
        assert re.match(r"^[a-z0-9][a-z0-9.-]*(\[[a-z0-9, -]+\])?==\S+( ; .+)? \\$", first), first
        assert rest, first
        assert all(re.match(r"^ +--hash=sha256:[0-9a-f]{64}( \\)?$", line) for line in rest), first


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (REGISTRY, "pip install --index-url http://mirror.example/x y"),
        (SECRET, "key = 'sk-" + "0a1b2c3d" * 4 + "'"),
        (MACHINE, "open('/home/somebody/film.mp4')"),
    ],
)
def test_the_patterns_find_what_they_look_for(pattern: re.Pattern[str], line: str) -> None:
    """Each pattern finds an example of what must not be kept."""
    assert pattern.search(line)
