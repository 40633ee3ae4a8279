"""The fictional policy of the benchmark: as many rules as asked for, all different, and each of them judged."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from policy_folder import write_policy

from cmian_policy import check, load_policy
from tests.runner import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path


def test_every_rule_is_loaded_and_judged(tmp_path: Path) -> None:
    write_policy(tmp_path, 25)
    policy = load_policy(tmp_path)
    release = policy.release(policy.packs[0], policy.packs[0].releases[0])
    assert len({(rule.require[0].cel, rule.applies_when and rule.applies_when.cel) for rule in release.rules}) == 25
    report = check([EXAMPLES / "chatbot-demarches"], on=date(2026, 11, 23), policy=policy)
    (manifest,) = report.manifests
    verdicts = [finding.verdict.value for finding in manifest.findings if finding.rule.startswith("ESSAI-")]
    assert len(verdicts) == 25
    assert set(verdicts) <= {"pass", "fail", "not_applicable"}
