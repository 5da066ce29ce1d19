"""The rules every file of the project keeps, whoever writes it; see CONTRIBUTING.md."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("bot", "handlers", "schedules", "storage")

TOP_FOLDERS = {*PACKAGES, "tests", "docs", ".ci"}
"""The owner fixed the packages; the rest is what tools and habit need."""
TOP_FILES = re.compile(
    r"\..+|README\.md|CHANGELOG\.md|CONTRIBUTING\.md|LICENSE|Makefile|Dockerfile|compose\.yaml|pyproject\.toml"
    r"|requirements(-dev)?\.txt"
)

LONGEST = 450
"""Lines; past about 400 a file has two subjects."""
LONG_FILES: dict[str, str] = {}
"""Longer ones, each with its reason."""

CLOCKS = {"bot/clock.py", "bot/demo/clock.py"}
"""Where the time is read; everybody else is told it."""

CHINESE_IN_CODE = {
    "bot/demo/cast.py": "the people and companies of the demo",
    "bot/demo/telegram.py": "the demo's bot has a name",
    "bot/demo/tour.py": "what the people of the demo type",
    "handlers/forms/choices.py": "yes, no and none as people type them",
    "handlers/forms/dates.py": "days and times as people type them",
    "handlers/forms/kinds.py": "none as people type it",
    "handlers/forms/numbers.py": "numbers as people type them",
    "handlers/forms/paste.py": "no rows as people type it",
    "handlers/people/leave.py": "ranges of days as people type them",
    "handlers/people/link.py": "languages as people type them",
    "handlers/orders/order_entry.py": "orders as people type them",
    "handlers/figures/periods_typed.py": "periods and kinds of report as people type them",
    "handlers/people/roles.py": "a language's name for itself",
    "handlers/roster/roster_entry.py": "hires as people type them",
    "handlers/translations.py": "short names of weekdays",
    "handlers/working_days/calendar_changes.py": "working and rest days as people type them",
    "schedules/deadlines.py": "the fixed words in the subjects of reports",
}
"""Files whose code, not only its docstrings, needs Chinese, each with its reason. Texts: the catalog."""

FORBIDDEN = {
    "a path of somebody's machine": r"/(?:w[o]rk|r[o]ot|h[o]me/\w+|Us[e]rs/\w+)/|/[o]pt/wh[e]els|/t[m]p/",
    "the address of a package index": r"p[y]pi\.(?:org|python)|p[y]thonhosted|regis[t]ry\.npm|d[e]b\.debian",
    "a word about how it was written": r"(?i:\bf[a]rm-\w+|\bcl[a]ude\b|\banthr[o]pic\b|\bsub-?ag[e]nt)",
    "something left open": r"\b(?:T[O]DO|F[I]XME|X[X]X)\b",
    "a test that does not run": r"pytest\.(?:mark\.)?(?:sk[i]p|xf[a]il)|pragma: n[o] cover",
}


def project_files() -> list[Path]:
    """What is or would be committed."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return [ROOT / name for name in sorted(listing.split("\0")) if name and (ROOT / name).is_file()]


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


FILES = project_files()
PYTHON = [file for file in FILES if file.suffix == ".py"]
PRODUCT = [file for file in PYTHON if name_of(file).split("/")[0] in PACKAGES]


def text_of(file: Path) -> str | None:
    """A file's text; None for fonts, pictures and the like."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def is_long(file: Path) -> bool:
    return len(file.read_text(encoding="utf-8").splitlines()) > LONGEST


def wall_clock_calls(tree: ast.AST) -> Iterator[ast.Call]:
    """`datetime.now()`, `datetime.datetime.utcnow()`, `date.today()`, `time.time()`."""
    of_dates, of_seconds = {"now", "utcnow", "today"}, {"time", "time_ns"}
    names = {"datetime": of_dates, "date": of_dates, "time": of_seconds}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            owned_by = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            if node.func.attr in names.get(owned_by, ()):
                yield node


def chinese_in_code(tree: ast.AST) -> Iterator[ast.Constant]:
    """Strings with Chinese characters in them. Left out: docstrings, the words people type, texts of the catalog."""
    allowed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "words":
            allowed |= {id(inner) for inner in ast.walk(node.value)}
        elif isinstance(node, ast.Call) and _name(node.func) in {"N_", "t", "plain", "plural", "Wrong"}:
            allowed |= {id(inner) for inner in node.args}
        elif isinstance(node, ast.Call) and _name(node.func) == "Option":
            allowed |= {id(inner) for words in node.args[2:] for inner in ast.walk(words)}
        elif isinstance(node, ast.Assign) and all("WORD" in _name(target) for target in node.targets):
            allowed |= {id(inner) for inner in ast.walk(node.value)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in allowed:
            continue
        if re.search("[\u4e00-\u9fff]", node.value):
            yield node


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def places(found: Iterator[ast.Call] | Iterator[ast.Constant], file: Path) -> list[str]:
    return [f"{name_of(file)}:{node.lineno}" for node in found]


def test_the_top_level_is_as_the_owner_fixed_it() -> None:
    top = {Path(name_of(file)).parts for file in FILES}
    assert {parts[0] for parts in top if len(parts) > 1} <= TOP_FOLDERS
    assert [parts[0] for parts in top if len(parts) == 1 and not TOP_FILES.fullmatch(parts[0])] == []


def test_a_file_has_one_subject() -> None:
    code = [file for file in FILES if file.suffix in {".py", ".js", ".css", ".html"}]
    counted = [f for f in code if not name_of(f).startswith(("tests/", "storage/migrations/"))]
    assert [name_of(file) for file in counted if is_long(file) and name_of(file) not in LONG_FILES] == []


def test_no_drawers() -> None:
    drawers = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "service", "services"}
    assert [name_of(f) for f in PRODUCT if drawers & {f.stem.strip("_"), *f.relative_to(ROOT).parts}] == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    assert [
        f"{name_of(file)}:{number}: {line.strip()[:80]}"
        for file in FILES
        # Where there is no browser its tests cannot run, and say so.
        if name_of(file) != "tests/browser/conftest.py"
        for number, line in enumerate((text_of(file) or "").splitlines(), 1)
        if pattern.search(line)
    ] == []


def test_only_the_clocks_read_the_time() -> None:
    others = [file for file in PYTHON if name_of(file) not in CLOCKS]
    assert [place for f in others for place in places(wall_clock_calls(ast.parse(f.read_bytes())), f)] == []


def test_chinese_is_in_the_catalog_not_in_the_code() -> None:
    others = [
        file
        for file in PRODUCT
        if name_of(file) not in CHINESE_IN_CODE and not name_of(file).startswith("bot/demo/sample")
    ]
    assert [place for f in others for place in places(chinese_in_code(ast.parse(f.read_bytes())), f)] == []


def test_no_exception_outlives_its_reason() -> None:
    assert [name for name in LONG_FILES if not is_long(ROOT / name)] == []
    assert [name for name in CHINESE_IN_CODE if not any(chinese_in_code(ast.parse((ROOT / name).read_bytes())))] == []
    assert [name for name in CLOCKS if not any(wall_clock_calls(ast.parse((ROOT / name).read_bytes())))] == []


def test_the_rules_see_what_they_forbid() -> None:
    def calls(code: str) -> int:
        return len(list(wall_clock_calls(ast.parse(code))))

    assert calls("datetime.now(UTC)") == calls("dt.datetime.utcnow()") == calls("date.today()") == 1
    assert calls("time.time()") == 1
    assert calls("clock.now()") == calls("func.now()") == calls("time.monotonic()") == 0

    assert [node.value for node in chinese_in_code(ast.parse('"""日报"""\nx = f"日{y}"\n"""周报"""'))] == ["日"]

    assert re.search(FORBIDDEN["a path of somebody's machine"], "see " + "/".join(["", "root", "x"]))
    assert re.search(FORBIDDEN["the address of a package index"], "https://" + "py" + "pi.org/simple")
    assert re.search(FORBIDDEN["something left open"], "# TO" + "DO later")
    assert re.search(FORBIDDEN["a test that does not run"], "@pytest.mark.sk" + "ip")


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_the_commands_a_page_names_exist(page: str) -> None:
    named = set(re.findall(r"\bmake ([a-z]+)\b", (ROOT / page).read_text(encoding="utf-8")))
    assert {"demo", "test"} <= named <= make_targets()


def test_every_module_the_makefile_runs_exists() -> None:
    modules = re.findall(r"-m ((?:bot|tests)[\w.]*)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert modules
    for module in modules:
        path = ROOT.joinpath(*module.split("."))
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), module


def test_ci_ends_with_the_test_command() -> None:
    assert (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()[-1] == "make test"


def locked(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[\w+\])?==(\S+) \\$", lines, re.MULTILINE))


def test_the_locks_agree_and_name_hashes_not_addresses() -> None:
    runtime, dev = locked("requirements.txt"), locked("requirements-dev.txt")
    assert runtime.items() <= dev.items()
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        kinds = {line.split()[0] for line in text.splitlines() if line.startswith((" ", "-"))}
        assert "://" not in text
        assert {kind.split(":")[0] for kind in kinds} == {"#", "--hash=sha256"}


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    def names(wanted: list[str]) -> set[str]:
        return {re.split(r"[\[<>=]", line)[0].lower().replace("_", "-") for line in wanted}

    runtime, dev = locked("requirements.txt"), locked("requirements-dev.txt")
    assert names(project["project"]["dependencies"]) <= runtime.keys()
    assert names(project["dependency-groups"]["dev"]) <= dev.keys()
    assert "pytest" not in runtime
