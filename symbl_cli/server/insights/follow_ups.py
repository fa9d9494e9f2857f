"""Follow-ups: tasks of getting in touch, meeting, asking or coming back later."""

import re

from .features import fluent_words

_THINGS = (
    r"it|this|that|those|these|my|your|our|an?|some|the\s(?:slides?|minutes|files?|results?"
    r"|report|notes|document)"
)
_SOMEBODY = rf"(?!(?:{_THINGS})\b)\S+"
_REACHING = (
    r"call|phone|ring|contact|consult|ping|message|warn|inform|notify|remind|visit|email"
    r"|mail|invite|persuade|convince|chase|approach|meet"
)
_MEETING = (
    r"meeting|call|session|discussion|conversation|chat|dialogue|appointment|review"
    r"|time\sto|catch\sup|interview|workshop|sync|follow\sup"
)
_CUES = re.compile(
    rf"""\b(?:
      follow(?:ing)?\sup | (?:get|getting|come|coming|circle|circling|write|go)\sback
    | (?:get|getting|keep|be|stay)\sin\stouch | reach(?:ing)?\sout | touch(?:ing)?\sbase
    | get(?:ting)?\stogether | sit(?:ting)?\sdown\swith | catch(?:ing)?\sup | sync\swith
    | (?:talk|speak|chat)(?:ing)?\s(?:\S+\s){{0,2}}?
      (?:to|with|about|again|later|off\sline)
    | (?:check|visit|liaise|negotiate|clarify|confirm|coordinate)(?:ing)?
      \s(?:\S+\s){{0,2}}?with
    | (?:discuss|revisit|return\sto|comment)(?:ing)?\b | should\s(?:be\s)?address
    | (?:{_REACHING})\s{_SOMEBODY} | see\s(?:him|her|them)\b
    | meet(?:ing)?\s(?:again|up|with|on|next|to|in|tomorrow|today)
    | ask(?:ing)?\s(?!the\s\S+\s(?:designer|expert)) | ask$
    | (?:hear|find\sout|get\s(?:\S+\s){{0,4}}?(?:information|answer|feedback))\sfrom
    | let\s\S+\sknow | remind\sme | tell\s(?:him|her|them|you)\s(?!about)
    | report\s(?:back|it|that|this)\b
    | (?:suggest|propose|mention)\s(?:\S+\s){{0,2}}?to\b
    | (?:have|having|schedule|set\sup|arrange|book|organi[sz]e|plan|fix)\s
      (?:\S+\s){{0,3}}?(?:{_MEETING})\b(?!\s(?:room|space|notes|report|summary))
    | (?:figure\sout|find)\s(?:a|some|another)\s(?:\S+\s)?(?:time|day)
    | (?:another|next)\s(?:session|call|meeting)\s(?:on|about|with)
    | send\s(?:\S+\s){{0,2}}?(?:an?\s)?(?:\S+\s)?
      (?:email|mail|invite|invitation|reminder)
    | (?:look|go)\s(?:\S+\s){{0,3}}?over\sit\b | (?:invite|get)\s\S+\shere
    | (?:see|wait|decide)\s(?:\S+\s){{0,6}}?later
    )""",
    re.VERBOSE,
)


def is_follow_up(task: str) -> bool:
    """Whether the words of a task are to get in touch or to return to a matter."""
    return _CUES.search(" ".join(fluent_words(task))) is not None
