"""What API v3 is asked for beside the words, as plain values. Pure."""

from collections.abc import Mapping
from typing import Any

from govor.records import Classifier, Extras, Instruction, Summary, Trigger


def read_extras(plain: Mapping[str, Any] | None) -> Extras:
    """The Extras whose fields these are; operations of older versions have none."""
    if not plain:
        return Extras()
    classifiers = (
        Classifier(name=each["name"], triggers=tuple(map(Trigger, each["triggers"])))
        for each in plain["classifiers"]
    )
    return Extras(
        **{
            **plain,
            "classifiers": tuple(classifiers),
            "quantiles": tuple(plain["quantiles"]),
            "instructions": tuple(Instruction(**each) for each in plain["instructions"]),
        }
    )


def read_summary(plain: Mapping[str, Any] | None) -> Summary | None:
    """The Summary whose fields these are, if there is one."""
    return Summary(**{**plain, "answers": tuple(plain["answers"])}) if plain else None
