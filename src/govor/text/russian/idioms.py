"""Set phrases whose numbers are not quantities: they stay words. Folded (see forms.fold)."""

from collections.abc import Sequence

from govor.text.russian.forms import FORMS

PHRASES = tuple(
    tuple(line.split())
    for line in """
    в три ручья
    в два счета
    в три погибели
    в три шеи
    в двух словах
    в двух шагах
    в четырех стенах
    с три короба
    на все сто
    на все четыре стороны
    на два фронта
    на своих двоих
    как свои пять пальцев
    как дважды два
    как два пальца
    как две капли
    дважды два четыре
    дважды два
    два сапога пара
    двух зайцев
    двум смертям не бывать
    двух мнений быть не может
    двух огней
    о двух концах
    палка о двух концах
    от горшка два вершка
    ни два ни полтора
    ноль внимания
    ноль без палочки
    ноль эмоций
    раз два и обчелся
    раз два взяли
    раз два три
    раз два три четыре
    раз два три четыре пять
    раз два три четыре пять шесть семь
    раз два три четыре пять шесть семь восемь
    семи пядей во лбу
    семь бед
    семь верст
    семь пятниц
    семь потов
    семь раз отмерь
    за семью печатями
    за семью замками
    на семи ветрах
    на седьмом небе
    сто лет в обед
    сто лет не виделись
    сто лет тебя не видел
    сто пудов
    сто раз подумай
    сорок сороков
    стая сорок
    пара сорок
    дай пять
    дать пять
    в трех соснах
    тысяча и одна ночь
    тысячи и одной ночи
    не имей сто рублей
    ста друзей
    один раз отрежь
    одним миром мазаны
    """.strip().splitlines()
)


def _anchored() -> dict[str, list[tuple[int, tuple[str, ...]]]]:
    """The first number word of each phrase → where it stands in the phrase, and the phrase; longest first."""
    table: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    for phrase in sorted(PHRASES, key=len, reverse=True):
        at = next((at for at, word in enumerate(phrase) if word in FORMS), None)
        if at is not None:
            table.setdefault(phrase[at], []).append((at, phrase))
    return table


ANCHORED = _anchored()


def span(folded: Sequence[str], at: int) -> tuple[int, int] | None:
    """The words (first, past the last) of the phrase whose first number word is `at`; None: no phrase."""
    for before, phrase in ANCHORED.get(folded[at], ()):
        first = at - before
        if first >= 0 and tuple(folded[first : first + len(phrase)]) == phrase:
            return first, first + len(phrase)
    return None
