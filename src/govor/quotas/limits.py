"""How much each folder may use: a preset, settings over it, and a file of single folders over both.

0 is no limit, in all of them.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from govor.errors import BadSetting
from govor.settings import Settings

WEIGHT_MIN, WEIGHT_MAX = 0.01, 100.0  # beyond, one minute of a light folder would wait for hours


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What one folder may use. Hours and days are rolling: the last 3,600 s, the last 86,400 s."""

    submissions_per_hour: int = 0
    checks_per_hour: int = 0  # GETs of operations of API v2; each API process counts for itself
    v3_checks_per_second: int = 0  # the same for API v3
    audio_hours_per_day: float = 0.0  # of all channels; a recording counts once its length is known
    bytes_per_day: int = 0  # of recordings
    operations: int = 0  # accepted and not done, at a time
    weight: float = 1.0  # share of the recognisers when several folders wait; no limit but a proportion

    @property
    def counted(self) -> bool:
        """Whether what the folder uses has to be written down."""
        return bool(self.submissions_per_hour or self.audio_hours_per_day or self.bytes_per_day)


# The documented quotas of SpeechKit, which are a folder's too.
SPEECHKIT = Limits(
    submissions_per_hour=500, checks_per_hour=2_500, v3_checks_per_second=5, audio_hours_per_day=10_000.0
)
PRESETS: Mapping[str, Limits] = {"none": Limits(), "speechkit": SPEECHKIT}


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderLimits:
    """The limits of every folder."""

    default: Limits = Limits()
    single: Mapping[str, Limits] = field(default_factory=dict)

    def of(self, folder_id: str) -> Limits:
        """Those of one folder."""
        return self.single.get(folder_id, self.default)

    @property
    def counted(self) -> bool:
        """Whether any folder's use has to be written down."""
        return any(limits.counted for limits in (self.default, *self.single.values()))


def read(settings: Settings) -> FolderLimits:
    """What the settings say; raises BadSetting for a file that is none, and for negative numbers."""
    asked = {
        "submissions_per_hour": settings.quota_submissions_per_hour,
        "checks_per_hour": settings.quota_checks_per_hour,
        "v3_checks_per_second": settings.quota_v3_checks_per_second,
        "audio_hours_per_day": settings.quota_audio_hours_per_day,
        "bytes_per_day": settings.quota_bytes_per_day,
        "operations": settings.quota_operations,
    }
    changed = {name: value for name, value in asked.items() if value is not None}
    default = changed_limits(PRESETS[settings.quotas], changed, "GOVOR_QUOTA_*")
    if settings.folder_limits is None:
        return FolderLimits(default=default)
    try:
        text = settings.folder_limits.expanduser().read_text(encoding="utf-8")
        tables = tomllib.loads(text).items()
    except (OSError, ValueError) as error:
        raise BadSetting("GOVOR_FOLDER_LIMITS cannot be read", str(error)) from error
    single = {folder: changed_limits(default, table, f"[{folder}]") for folder, table in tables}
    return FolderLimits(default=default, single=single)


def changed_limits(limits: Limits, table: Any, where: str) -> Limits:
    """`limits` with the numbers of a table in place of its own; raises BadSetting naming what is wrong."""
    known = {each.name: each.type for each in fields(Limits)}
    if not isinstance(table, dict):
        raise BadSetting(f"GOVOR_FOLDER_LIMITS: {where} is no table", "write [FOLDER] and its limits below")
    for name, value in table.items():
        if name not in known:
            raise BadSetting(f"no limit is called {name}", f"in {where}; there are {', '.join(known)}")
        whole = known[name] is int
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or value < 0:
            kind = "a whole number" if whole else "a number"
            raise BadSetting(f"{name} must be {kind} from 0 on", f"in {where}")
    made = replace(limits, **table)
    if not WEIGHT_MIN <= made.weight <= WEIGHT_MAX:
        raise BadSetting(f"weight must be {WEIGHT_MIN:g} to {WEIGHT_MAX:g}", f"in {where}")
    return made
