"""Words → one number: a cardinal in any case, or an ordinal. Pure; linear in the words it reads.

Rule 1: magnitudes fall: "двести двенадцать" is one number, "двенадцать двести" are two.
Rule 2: the words of one number agree in case: "двадцати пяти" is one number, "двадцати пять" are two.
Rule 3: an ordinal is its last word: "две тысячи двадцать шестого".
"""

from collections.abc import Sequence
from dataclasses import dataclass

from govor.text.russian.forms import DIRECT, FORMS, NOM, CardinalForm, OrdinalForm, ScaleForm

SCALE_MAX = 10**18  # above квадриллион: nothing has been named yet
PLURAL_ENDINGS = frozenset({"ые", "ых", "ыми"})


@dataclass(frozen=True, slots=True)
class Number:
    """A cardinal, spoken by words `first` to `last`; `cases` are those it may stand in."""

    first: int
    last: int
    value: int
    cases: int
    scales: tuple[tuple[int, int], ...] = ()  # (how many, index of the scale's word); 0 for a bare "миллион"

    @property
    def bare(self) -> bool:
        """A scale alone: "тысяча", "миллион"."""
        return self.first == self.last and bool(self.scales)


@dataclass(frozen=True, slots=True)
class Ordinal:
    """An ordinal; `ending` is the hard adjective's ("ого"), `suffix` is written after the digits ("го")."""

    first: int
    last: int
    value: int
    ending: str
    suffix: str


@dataclass(slots=True)
class _Triad:
    """What has been read of a number below a thousand; `room` is what the next word must stay below."""

    value: int = 0
    cases: int = 0
    end: int = 0
    room: int = 1000

    def takes(self, form: CardinalForm) -> bool:
        if not form.value:
            return self.room == 1000
        return form.value < self.room and (self.room == 1000 or bool(form.cases & self.cases))

    def add(self, form: CardinalForm) -> None:
        self.cases = form.cases if self.room == 1000 else form.cases & self.cases
        self.value += form.value
        self.end += 1
        self.room = 100 if form.value >= 100 else 10 if form.value >= 20 else 0


def read(folded: Sequence[str], at: int) -> Number | Ordinal | None:
    """The longest number that begins with word `at`; None if none does. `folded`: see forms.fold."""
    total, cases, limit, scales = 0, 0, SCALE_MAX, []
    end = at
    while True:
        triad = _triad(folded, end)
        if end > at and not _continues(triad, cases):
            break
        ordinal = _form(folded, triad.end)
        if isinstance(ordinal, OrdinalForm) and _completes(ordinal, triad, cases, fresh=triad.end == at):
            value = total + triad.value + ordinal.value
            return Ordinal(at, triad.end, value, ordinal.ending, ordinal.suffix)
        scale = _form(folded, triad.end)
        if not isinstance(scale, ScaleForm) or not _agrees(scale, triad, folded, end, limit):
            total, cases, end = total + triad.value, cases or triad.cases, triad.end
            break
        total += (triad.value if triad.end > end else 1) * scale.value
        scales.append((triad.value, triad.end))
        cases = cases or triad.cases or scale.cases
        limit, end = scale.value, triad.end + 1
    return Number(at, end - 1, total, cases, tuple(scales)) if end > at else None


def _form(folded: Sequence[str], at: int) -> CardinalForm | ScaleForm | OrdinalForm | None:
    return FORMS.get(folded[at]) if at < len(folded) else None


def _triad(folded: Sequence[str], at: int) -> _Triad:
    triad = _Triad(end=at)
    while isinstance(form := _form(folded, triad.end), CardinalForm) and triad.takes(form):
        triad.add(form)
    return triad


def _continues(triad: _Triad, cases: int) -> bool:
    """What follows a scale belongs to the number if the case fits; many speakers do not decline the tail."""
    return not triad.cases or (triad.value > 0 and bool(triad.cases & (cases | NOM)))


def _completes(ordinal: OrdinalForm, triad: _Triad, cases: int, *, fresh: bool) -> bool:
    """Whether an ordinal ends this number: сто | двадцать | пятый. "Сто первых" are a hundred first ones."""
    if fresh:
        return True
    if ordinal.value >= triad.room or not (triad.cases or cases) & NOM:
        return False
    return ordinal.value > 1 or ordinal.ending not in PLURAL_ENDINGS


def _agrees(scale: ScaleForm, triad: _Triad, folded: Sequence[str], start: int, limit: int) -> bool:
    """Whether a scale belongs to the number before it, or begins one."""
    if scale.value >= limit:
        return False
    if triad.end > start:
        return triad.value > 0 and (scale.plural or (triad.value % 10 == 1 and triad.value % 100 != 11))
    if not scale.plural:
        return scale.singular
    # "Тысячи" alone are many; "тысячи двухсот" is the genitive of 1200.
    tail = _triad(folded, start + 1)
    return scale.singular and bool(tail.cases & scale.cases) and not tail.cases & DIRECT
