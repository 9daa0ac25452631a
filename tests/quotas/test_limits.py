"""Limits of folders: the preset, settings over it, a file over both."""

from pathlib import Path
from typing import Any

import pytest

from govor.errors import BadSetting
from govor.quotas.limits import SPEECHKIT, Limits, read
from govor.settings import Settings


def settings(**given: Any) -> Settings:
    return Settings(**given)


def test_nothing_is_limited_unless_asked_for() -> None:
    assert read(settings()).of("b1gany") == Limits()
    assert not read(settings()).counted


def test_the_preset_has_the_documented_numbers() -> None:
    limits = read(settings(quotas="speechkit")).of("b1gany")
    assert limits == SPEECHKIT
    assert (limits.submissions_per_hour, limits.checks_per_hour) == (500, 2_500)
    assert (limits.v3_checks_per_second, limits.audio_hours_per_day) == (5, 10_000)


def test_a_setting_comes_before_the_preset_and_0_is_no_limit() -> None:
    made = read(settings(quotas="speechkit", quota_submissions_per_hour=0, quota_operations=7))
    limits = made.of("b1gany")
    assert (limits.submissions_per_hour, limits.checks_per_hour, limits.operations) == (0, 2_500, 7)


def test_a_folder_can_have_its_own(tmp_path: Path) -> None:
    file = tmp_path / "folders.toml"
    file.write_text("[b1gbig]\nsubmissions_per_hour = 9\nweight = 2\n[b1gfree]\naudio_hours_per_day = 0\n")
    made = read(settings(quotas="speechkit", folder_limits=file))
    assert (made.of("b1gbig").submissions_per_hour, made.of("b1gbig").weight) == (9, 2)
    assert made.of("b1gbig").checks_per_hour == 2_500
    assert made.of("b1gfree").audio_hours_per_day == 0
    assert made.of("b1gother") == SPEECHKIT


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[b1g", "cannot be read"),
        ("b1g = 3", "is no table"),
        ("[b1g]\nsubmissions = 3", "no limit is called submissions"),
        ("[b1g]\nsubmissions_per_hour = 1.5", "must be a whole number"),
        ("[b1g]\nsubmissions_per_hour = -1", "from 0 on"),
        ("[b1g]\nsubmissions_per_hour = true", "must be a whole number"),
        ("[b1g]\nweight = 0", "weight must be"),
        ("[b1g]\nweight = 'much'", "must be a number"),
    ],
)
def test_a_file_that_is_wrong_stops_the_start(tmp_path: Path, text: str, what: str) -> None:
    file = tmp_path / "folders.toml"
    file.write_text(text)
    with pytest.raises(BadSetting, match=what):
        read(settings(folder_limits=file))


def test_a_missing_file_and_a_negative_setting_stop_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadSetting):
        read(settings(folder_limits=tmp_path / "missing.toml"))
    with pytest.raises(BadSetting, match="bytes_per_day must be"):
        read(settings(quota_bytes_per_day=-1))
