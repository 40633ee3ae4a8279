"""``python -m peers.agree MANIFESTS --peers FOLDER``: whether the peers say of every manifest what we say.

Judges every manifest under a folder with ``cmian-policy``, and those that are valid with OPA, conftest and cfn-guard, through the
commands that the benchmark times. Prints what was compared and every difference; exit code 1 when there is one, or nothing.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cmian_policy.lang.cel import plus_months, timestamp
from peers.answers import SILENT, Answers, Said, of_conftest, of_guard, of_opa, ours
from peers.catalogue import in_force
from peers.install import GUARD, REGO, cfn_guard, conftest, opa, said_in_guard
from peers.programs import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from peers.peer import Peer

POLICIES = Path(__file__).resolve().parents[2] / "policies"
RELEASES = in_force(POLICIES, date(2026, 11, 23))
RULES = [rule for each in RELEASES for rule in each.rules]


class Witness(NamedTuple):
    """A peer, how it is made to speak JSON, which rules it knows, and what it can say of ours."""

    peer: Peer
    options: tuple[str, ...]
    read: Callable[[str], Answers]
    rules: Collection[str] = RULES
    says: Callable[[Said], Said] = lambda said: said


def main() -> int:
    """Compares, prints, and answers with the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifests", type=Path)
    parser.add_argument("--peers", type=Path, required=True, help="where the other programs are kept")
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 23), help="the releases stay the same")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copies = Path(folder) / "manifests"
        expected = _expected(options.manifests, options.as_of, copies)
        witnesses = list(_witnesses(options.peers, options.as_of, Path(folder)))
        different = sum(_compare(each, expected, copies) for each in witnesses)
    return 1 if different or not expected or not witnesses else 0


def _expected(manifests: Path, on: date, copies: Path) -> Answers:
    """Our verdicts on the valid manifests, which are copied to where the peers find them: ``<copies>/<number>/ai-manifest.yaml``.

    The releases are named, so that a manifest that pins another one is judged by the same rules.
    """
    policy = [word for each in RELEASES for word in ("--policy", each.release)]
    command = [sys.executable, "-m", "cmian_policy", "check", str(manifests), "-f", "json", "--no-config", "--as-of", str(on)]
    done = subprocess.run([*command, *policy], capture_output=True, check=False, encoding="utf-8")
    if not done.stdout:
        sys.exit(f"cmian-policy gave up: {done.stderr}")
    expected = {}
    for number, (path, said) in enumerate(ours(done.stdout, RULES).items()):
        expected[str(number)] = said
        (copies / str(number)).mkdir(parents=True)
        shutil.copy(path, copies / str(number) / "ai-manifest.yaml")
    counts = Counter(said.verdict for findings in expected.values() for said in findings.values())
    shown = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
    sys.stdout.write(f"{len(expected)} valid manifests on {on}, {sum(counts.values())} verdicts: {shown}\n")
    return expected


def _witnesses(peers: Path, on: date, scratch: Path) -> Iterator[Witness]:
    """The peers that know rules, told another date where it is not that of the benchmark."""
    rego, guard = scratch / "rego", scratch / "guard"
    shutil.copytree(REGO, rego)
    (rego / "data.json").write_text(json.dumps({"evaluated_on": str(on)}), encoding="utf-8")
    shutil.copytree(GUARD, guard)
    (guard / "dates.yaml").write_text(json.dumps({"evaluation": dates_for_guard(on)}), encoding="utf-8")
    count = len(RULES)
    structured = ("--structured", "--show-summary", "none", "--output-format", "json")
    makers: dict[str, Callable[[], Witness]] = {
        "opa": lambda: Witness(opa(peers, count, rego), (), of_opa),
        "conftest": lambda: Witness(conftest(peers, count, rego), ("--output", "json"), of_conftest, says=_shown),
        "cfn-guard": lambda: Witness(cfn_guard(peers, count, guard), structured, of_guard, said_in_guard(), _without_level),
    }
    for name, make in makers.items():
        try:
            yield make()
        except UnavailableError as error:
            sys.stdout.write(f"{name}: skipped, {error}\n")


def dates_for_guard(on: date) -> dict[str, str | int]:
    """What ``guard/dates.yaml`` holds on a date."""

    def months_away(months: int) -> str:
        return str(plus_months(timestamp(on), months).date())

    return {
        "today": str(on),
        "month": str(on)[:7],
        "a_year_ago": months_away(-12),
        "in_a_year": months_away(12),
        "in_two_years": months_away(24),
        "oldest_report": on.year - (2 if on.month <= 6 else 1),  # noqa: PLR2004 - until 30 June
    }


def _without_level(said: Said) -> Said:
    return Said(said.verdict)


def _shown(said: Said) -> Said:
    """What is left of a verdict in a report that holds only what is wrong."""
    return said if said.verdict in {"fail", "review"} else SILENT


def _compare(witness: Witness, expected: Answers, manifests: Path) -> int:
    """Prints what differs and answers how much."""
    peer, options, read, rules, says = witness
    if peer.many is None:
        return 0
    done = subprocess.run([*peer.many(manifests), *options], capture_output=True, check=False, encoding="utf-8")
    if done.returncode not in peer.codes:
        sys.exit(f"{peer.name} gave up: {done.stderr}")
    found = read(done.stdout)
    if found.keys() != expected.keys():
        sys.exit(f"{peer.name} judged {len(found)} manifests of {len(expected)}")
    different = 0
    for name, findings in expected.items():
        for rule in sorted(rules):
            us, them = says(findings[rule]), found[name].get(rule, SILENT)
            if us != them:
                different += 1
                sys.stdout.write(f"  {manifests / name} {rule}: {_words(us)}; {peer.name}: {_words(them)}\n")
    sys.stdout.write(f"{peer.name} {peer.version}: {len(expected) * len(rules)} verdicts compared, {different} differ\n")
    return different


def _words(said: Said) -> str:
    return " ".join(filter(None, said))


if __name__ == "__main__":
    sys.exit(main())
