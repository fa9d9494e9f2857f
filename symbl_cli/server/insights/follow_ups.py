"""Follow-ups: tasks of getting in touch, meeting, asking or coming back later."""

import re

from .features import fluent_words

_THINGS = (
    r"it|this|that|those|these|my|your|our|an?|some|the\s(?:slides?|minutes|files?|results?"
    r"|report|notes|document)|list|numbers?|details"
)
_SOMEBODY = rf"(?!(?:{_THINGS})\b)\S+"
_REACHING = (
    r"(?<!that\swe\s)call|phone|ring|contact|consult|ping|message|warn|inform|notify"
    r"|remind|visit|(?:e?mail)(?!\sthem\s(?:to|out)\b)|invite|persuade|convince|chase"
    r"|approach|meet"
)
_OTHERS = r"(?:him|her|them|you|us|everyone|everybody|someone|somebody|people)"
_MEETING = (
    r"meeting|call|session|discussion|conversation|chat|dialogue|appointment|review"
    r"|time\sto\s(?:meet|talk|speak|discuss|review|sit|go|look)|catch\sup|interview"
    r"|workshop|sync|follow\sup"
)
_CUES = re.compile(
    rf"""\b(?:
      follow(?:ing)?\sup | (?<!keep\s)(?:get|come|go)(?:ting|ing)?\sback(?!\sand\b)
    | (?:circle|circling|write|call|ring|check|report|hear)\sback
    | (?:get|getting|keep|be|stay)\sin\s(?:touch|contact) | reach(?:ing)?\sout
    | touch(?:ing)?\sbase | (?:get|catch)\shold\sof\s{_SOMEBODY}
    | reconven(?:e|ing) | regroup(?:ing)? | (?:text|brief)\s{_OTHERS}\b
    | (?:^|\b(?:to|we|i|you|can|will|us|should|please|actually)\s)(?:re)?schedule\b
    | check(?:ing)?\sin\s(?:with|again|on|tomorrow|next|later)
    | (?:drop|swing|stop|come)\sby\b
    | (?:drop|give|shoot|leave|send)\s(?:the\s)?{_SOMEBODY}\sa\s(?:quick\s)?
      (?:line|call|ring|buzz|shout|note|message|text|reminder)
    | (?:jump|hop|get)\son\s(?:a|another|the)\s(?:call|phone)
    | (?:keep|bring)\s{_OTHERS}\s(?:posted|informed|updated|up\sto\sdate)
    | update\s(?:{_OTHERS}|the\s(?:team|group|client|customer))\b
    | loop(?:ing)?\s\S+\sin\b | run\s(?:it|this|that)\s(?:by|past)
    | (?:raise|take|bring|pick)\s(?:it|this|that)\s(?:back\s)?(?:up\s)?
      (?:with|again|later|off\s?line|at\sthe\snext) | write\sto\s{_SOMEBODY}
    | (?:demand|request)(?:ing)?\s(?:\S+\s){{0,3}}?from
    | get\s(?:him|her|them|someone|somebody)\sto
    | (?:this|that|it)\s(?:is|'s)\s(?:\S+\s)?for\s(?:the|our)\snext\s(?:{_MEETING})
    | get(?:ting)?\stogether | sit(?:ting)?\sdown\swith | catch(?:ing)?\sup | sync\swith
    | (?<!the\s)(?:talk|speak|chat)(?:ing)?\s(?:\S+\s){{0,3}}?
      (?:to|with|about|again|later|off\s?line)
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
