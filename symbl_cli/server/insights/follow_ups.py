"""Follow-ups: tasks of getting in touch, meeting, asking or coming back later."""

import re
from collections.abc import Sequence

_CUES = re.compile(
    r"\b(?:follow(?:ing)? up|get back|come back to|circle back|check (?:in )?with"
    r"|reach out|touch base|talk (?:to|with|about)|speak (?:to|with)|chat with|call"
    r"|phone|ring|contact|meet|meeting|email|mail|write (?:to|back)|reply|respond|ask"
    r"|remind|ping|discuss|revisit|return to|look into|see (?:him|her|them)|catch up"
    r"|sync|invite|find out|let (?:\S+) know|schedule|set up|arrange|send (?:\S+"
    r" )?(?:an? )?(?:email|mail|invite|reminder|note|message)|later)\b"
)


def is_follow_up(task: Sequence[str]) -> bool:
    """Whether *task*, its verb first, is to get in touch or to return to a matter."""
    return _CUES.search(" ".join(task[:8])) is not None
