"""Words around a number that decide how it is written. Folded (see forms.fold); no rules here."""

MASCULINE = ("", "а", "у", "ом", "е", "ы", "ов", "ам", "ами", "ах")
MASCULINE_SOFT = ("ь", "я", "ю", "ем", "е", "и", "ей", "ям", "ями", "ях")
FEMININE = ("а", "ы", "е", "у", "ой", "", "ам", "ами", "ах")
FEMININE_SOFT = ("я", "и", "ю", "ей", "й", "ям", "ями", "ях")
SOFT_SIGN = ("ь", "и", "ью", "ей", "ям", "ями", "ях")


def _forms(endings: tuple[str, ...], stems: str) -> frozenset[str]:
    return frozenset(stem + ending for stem in stems.split() for ending in endings)


def words_of(text: str) -> frozenset[str]:
    """A set of folded words, written with spaces between them."""
    return frozenset(text.split())


PERCENT = _forms(MASCULINE, "процент")
# What is measured and paid with: a lone "один" or "тысяча" before it is a quantity.
MEASURES = (
    PERCENT
    | _forms(
        MASCULINE, "доллар градус метр литр грамм килограмм километр миллиметр сантиметр миллилитр гектар"
    )
    | _forms(
        MASCULINE, "вольт ватт киловатт ампер герц мегагерц байт мегабайт гигабайт мегабит балл фунт сум"
    )
    | _forms(MASCULINE, "цент кубометр юан")
    | _forms(FEMININE, "тонн йен крон гривн лир")
    | _forms(MASCULINE_SOFT, "рубл")
    | words_of(
        "евро тенге копейка копейки копейке копейку копейкой копеек копейкам копейками копейках юань юаней"
    )
)
TIME_UNITS = (
    _forms(FEMININE, "минут секунд")
    | _forms(MASCULINE, "час")
    | words_of(
        "год года году годом лет годам годами неделя недели неделю недель неделям день дня дню днем дней"
    )
    | words_of("дням днями сутки суток сутками месяц месяца месяцев месяцам ночь ночи ночей век века веков")
)
# What is often counted, and so shows that two numbers before it are no time of day.
COUNTED = (
    MEASURES
    | TIME_UNITS
    | _forms(FEMININE, "штук страниц книг квартир коробк машин единиц ступен")
    | words_of(
        "человек человека людей раз раза разам деталь деталей копий мест места домов ребят детей слов штуки"
    )
    | words_of("тысяч тысячи миллиона миллионов миллиарда миллиардов целых целая целой")
)
COUNTED_ENDINGS = ("ов", "ев", "ей")  # of the genitive plural
NOT_COUNTED = words_of("ей ней моей твоей своей нашей вашей всей этой скорей поскорей чей здоров готов")
# After a time of day; "дня" and "ночи" are counted too, but then agree with their number.
DAY_PARTS = words_of("утра дня вечера ночи")
MONTHS: dict[str, int] = {
    stem + ending: number
    for number, stem, endings in (
        *(
            (at, stem, MASCULINE_SOFT[:5])
            for at, stem in ((1, "январ"), (2, "феврал"), (4, "апрел"), (6, "июн"))
        ),
        *((at, stem, MASCULINE_SOFT[:5]) for at, stem in ((7, "июл"), (9, "сентябр"), (10, "октябр"))),
        *((at, stem, MASCULINE_SOFT[:5]) for at, stem in ((11, "ноябр"), (12, "декабр"))),
        *((at, stem, MASCULINE[:5]) for at, stem in ((3, "март"), (8, "август"))),
        (5, "ма", ("й", "я", "ю", "ем", "е")),
    )
    for ending in endings
}
YEARS = words_of("год года году годом годе г")
DECADES = words_of("годы годов годам годами годах")
# What has a number rather than a count: "один" after it is written 1. No genitives: "дома один" is "alone".
NUMBERED = words_of(
    "дом корпус строение владение квартира квартиру комната комнату номер пункт вариант подъезд этаж кабинет"
    " терминал вагон офис раздел глава главу билет канал порт цифра цифру палата палату школа группа группу"
    " платформа платформу страница страницу кнопка кнопку статья статью часть выход вопрос оценка оценку"
    " нажмите нажми нажать нажимаете наберите набери введите введи цифрой формула слот сектор уровень код пин"
)
# What is ranked: an ordinal below eleven before it is written with digits, "на 3-м этаже".
RANKED = (
    _forms(
        MASCULINE, "этаж подъезд класс курс вагон корпус кабинет терминал пункт микрорайон квартал разряд том"
    )
    | _forms(MASCULINE, "тур сезон раздел номер выход сектор автобус троллейбус маршрут век")
    | _forms(FEMININE, "глав школ палат квартир платформ страниц групп")
    | words_of("ряд ряда ряду ряде число числа числу числом числе место места месте месту местом путь пути")
    | words_of(
        "статья статьи статье статью линия линии линию серия серии серию категория категории категорию"
    )
    | words_of("степень степени степенью")
)
# "номер" may be anything's: it helps a telephone number only where the groups fit.
PHONE = _forms(MASCULINE, "телефон факс") | words_of(
    "позвоните позвони звоните звонить звони перезвоните перезвони набрать мобильный сотовый городской"
)
CODE = (
    _forms(MASCULINE, "номер код индекс артикул идентификатор договор заказ счет паспорт полис чек")
    | _forms(MASCULINE_SOFT, "парол")
    | _forms(FEMININE, "карт")
    | words_of(
        "пин инн кпп снилс огрн бик серия серии заявка заявки заявку карточки комбинация комбинацию цифры"
    )
)
SCORE = words_of("счет счетом счета счете")
# Small words: nothing before them is counted by them.
FUNCTION_WORDS = words_of(
    "и а но или да не ни же ли бы в на с к о у из от до по за для без под над при про через что как если то"
)
