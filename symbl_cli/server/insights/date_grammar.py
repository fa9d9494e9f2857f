"""The words of dates, times and durations: where such a span stands in a text."""

import re

from .patterns import LatePattern

WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
MONTHS = (
    "january february march april may june july august september october november"
    " december"
).split()
PARTS = "morning afternoon evening night"
_SHORT_DAYS = {"tues": 1, "weds": 2, "thurs": 3}
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen"
    " fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth"
    " eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth"
    " eighteenth nineteenth twentieth"
).split()

WEEKDAY_INDEX = {name: index for index, name in enumerate(WEEKDAYS)} | _SHORT_DAYS
MONTH_INDEX = {name: index + 1 for index, name in enumerate(MONTHS)} | {
    name[:3]: index + 1 for index, name in enumerate(MONTHS)
}
MONTH_INDEX["sept"] = 9
CARDINALS = {name: index for index, name in enumerate(_ONES)} | {
    name: 20 + 10 * index for index, name in enumerate(_TENS)
}
CARDINALS |= {
    f"{ten}{dash}{one}": CARDINALS[ten] + CARDINALS[one]
    for ten in _TENS
    for one in _ONES[1:10]
    for dash in ("-", " ")
}
ORDINALS = {name: index for index, name in enumerate(_ORDINALS)} | {"thirtieth": 30}
ORDINALS |= {
    f"{ten}{dash}{_ORDINALS[one]}": CARDINALS[ten] + one
    for ten in ("twenty", "thirty")
    for one in range(1, 10)
    for dash in ("-", " ")
}


def _any(words: "list[str] | dict[str, int]") -> str:
    longest_first = sorted(words, key=len, reverse=True)
    return "|".join(word.replace(" ", r"\s") for word in longest_first)


DAY = rf"(?:{_any(WEEKDAY_INDEX)})"
_MONTH = rf"(?:{_any([m for m in MONTH_INDEX if m != 'mar'])})\b\.?"
COUNT = rf"(?:\d+|{_any(CARDINALS)}|an?(?:\scouple(?:\sof)?|\sfew)?|half\san?|a\shalf)"
ORDINAL = rf"(?:\d{{1,2}}(?:st|nd|rd|th)|{_any(ORDINALS)})"
_PART = rf"(?:{PARTS.replace(' ', '|')})"
_HOUR = rf"(?:[01]?\d|2[0-3]|{_any(_ONES[1:13])})"
_CLOCK = (
    rf"(?:noon|midday|midnight|(?:half\spast|quarter\spast|quarter\sto)\s{_HOUR}"
    rf"|{_HOUR}\s?(?:o['’]?clock(?:\sin\sthe\s{_PART})?|[ap]\.?m\b\.?)"
    rf"|[0-2]?\d[:.][0-5]\d(?:\s?[ap]\.?m\b\.?)?"
    rf"|{_HOUR}\s(?:fifteen|thirty|forty-five)(?:\s?[ap]\.?m\b\.?)?)"
)
_UNIT = r"(?:minute|hour|day|week|month|year|quarter)s?"

_DATE = rf"""
    (?P<iso>\d{{4}}-\d{{2}}-\d{{2}})
  | (?P<month>{_MONTH})\s(?:the\s)?(?P<month_day>{ORDINAL}|[0-3]?\d(?!\d|[:.]\d))
    (?:,?\s(?P<month_year>20\d\d))?
  | (?<=in\s|by\s)(?P<bare_month>{_MONTH})|(?<=for\s)(?P<for_month>{_MONTH})
  | (?:the\s)?(?P<day_of>{ORDINAL}|[0-3]?\d)\s(?:of\s)?(?P<of_month>{_MONTH})
    (?:,?\s(?P<of_year>20\d\d))?
  | the\s(?P<day_only>\d{{1,2}}(?:st|nd|rd|th))
  | (?:the\s)?(?P<after_tomorrow>day\safter\stomorrow)
  | (?:first\sthing\s)?(?P<near>today|tonight|tomorrow)(?:\s{_PART})?
  | (?:(?P<which_day>this\scoming|this|next|coming)\s)?(?P<weekday>{DAY})
    (?:\s(?P<day_week>week)\b|\s{_PART})?
  | (?:the\s)?(?P<edge>end|beginning|start|middle)\sof\s
    (?:(?P<edge_which>the|this|next|the\snext)\s)?
    (?P<edge_of>day|business|week|weekend|month|quarter|year|{_MONTH})
  | (?P<close>eod|eow|cob)
  | (?:the\s)?(?P<which>this|next|coming|following)\s
    (?P<period>week|weekend|month|quarter|year|{_PART}|spring|summer|autumn|fall|winter)
  | (?P<weekend>the\sweekend)
  | (?P<ahead>in|within)\s(?:the\snext\s)?(?P<ahead_count>{COUNT})\s
    (?P<ahead_unit>{_UNIT})(?:['’]?\stime)?
  | the\snext\s(?P<next_count>{COUNT})\s(?P<next_unit>{_UNIT})
  | (?P<later_count>{COUNT})\s(?P<later_unit>{_UNIT})\s(?:from\snow|hence)
"""
_LEAD = (
    r"no\slater\sthan|by|before|until|till|on|for|at|around|over|during|after|as\sof"
    r"|from"
)

DATE_HINT = re.compile(
    r"\d|day|tues|weds|thurs|tomorrow|tonight|week|month|quarter|year|minute|hour|morning|afternoon"
    r"|evening|night|noon|clock|\bat\b|\bby\b|\bend\b|\bstart\b|beginning|middle|eod|eow"
    r"|\bcob\b|next|coming|spring|summer|autumn|winter|\bfall\b|half past|quarter"
    rf"|{_any([month[:3] for month in MONTHS])}",
    re.IGNORECASE,
)
"""What every DATE_SPAN holds: tells at little cost that there is none."""

DATE_SPAN = LatePattern(
    rf"""\b(?:(?P<lead>{_LEAD})\s(?:about\s|around\s)?)?
    (?:(?:(?P<clock_first>{_CLOCK})[,\s]+(?:on\s)?)?
       (?:{_DATE})\b
       (?:,?\s(?:at|by|around|before)?\s?(?P<clock>{_CLOCK}|(?<=\bat\s){_HOUR}\b))?
     | (?P<clock_alone>{_CLOCK}
        |(?<=\bat\s){_HOUR}(?=[.,?!]|$|\s(?:and|but|so|with|to|in)\b)
        |(?<=\bby\s){_HOUR}(?=[.,?!]|$)))""",
    re.VERBOSE,
)
"""A day, a period or a time of day, with the preposition before it."""

_EVENT = r"""
    (?:when|once|as\ssoon\sas|before|after|until)\s
    (?:i|we|you|he|she|they|it|this|that|the\s\w+|[A-Z]\w+)(?:\s\w+)?(?:\s|(?=['’]))
    (?:comes?|came|gets?|returns?|goes|go|leaves?|arrives?|finish(?:es)?|sends?|knows?
      |(?:am|['’]m|is|['’]s|are|['’]re|have|['’]ve|has|be)\s
       (?:done|back|finished|made|ready|there|over|enough|all))
    (?:\s(?:from\s\w+|to\s\w+|any\s\w+|\w+))?
"""
_UNTOLD = r"""
    (?:the\s|our\s|your\s)?next\s(?:meeting|time|session|call|visit|round|sprint|release)
  | as\s(?:soon|quickly|early)\sas\s(?:possible|you\scan|we\scan|i\scan)|asap
  | right\s(?:away|now)|immediately|(?:pretty\s|very\s)?soon|some\sday|sometime
  | one\sof\sthese\sdays|(?:a\s(?:little|bit)\s)?later(?:\son)?(?!\s\w+ence)
  | afterwards?|(?<=in\s)the\s(?:meantime|meanwhile)|(?<=by\s)then|(?<=before\s)then
  | (?<=in\s)(?:the\s)?(?:near\s)?(?:term\s)?future|late\sin\sthe\s(?:day|week|month)
  | (?:the\s)?(?:next|coming)\s(?:few|couple(?:\sof)?|several)?\s?(?:days|weeks|months)
  | (?:the\s)?(?:conclusion|end|start|beginning)\sof\s(?:our|the|this|\w+)\s\w+
  | (?:after|before|over)\s(?:the\s|this\s|our\s)?
    (?:meeting|lunch|call|break|tea|dinner|launch|holidays?|next\speriod)
  | (?:the\s)?deadline
"""
VAGUE_SPAN = LatePattern(
    rf"\b(?:(?:by|before|until|for|at|in|on)\s)?(?:{_UNTOLD}|{_EVENT})\b",
    re.VERBOSE,
)
"""When something is to be done, but not on which day."""

DURATION_SPAN = LatePattern(
    rf"\b(?P<count>{COUNT}|\d+\.\d+)(?:\sand\sa\shalf)?[ -](?P<unit>second|{_UNIT[:-2]}"
    r"|decade)s?\b",
)


def number(words: str) -> int:
    """The value of *words* as COUNT or ORDINAL reads them."""
    plain = words.lower().strip()
    digits = re.match(r"\d+", plain)
    if digits:
        return int(digits.group())
    if plain in CARDINALS:
        return CARDINALS[plain]
    if plain in ORDINALS:
        return ORDINALS[plain]
    return {"couple": 2, "few": 3}.get(plain.replace(" of", "").split()[-1], 1)
